import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '../runtime/clock.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { openSettingsFile } from '../runtime/settings-file.ts';
import { type GatewayConfig, readGatewayConfig } from './config.ts';
import { createGateway, type Gateway } from './gateway.ts';

export interface GatewayServiceOptions {
  /** ServerSetting.ini. */
  readonly path: string;
  /** FlowCollect as it was called. */
  readonly called?: string;
  /** Ends the service. */
  readonly signal: AbortSignal;
  readonly logger?: Logger;
}

/**
 * The gateway from its settings file until the signal: tokens follow an edit at once, other settings by a restart
 * within the process.
 *
 * @throws SettingsError, ListenError, or what the disk says
 */
export async function runGatewayService({
  path,
  called,
  signal,
  logger = createLogger('gateway', 'info'),
}: GatewayServiceOptions): Promise<void> {
  const file = await openSettingsFile(path, (name, text) => readGatewayConfig(name, text, called), logger);
  const inFolder = (file: string): string => resolve(dirname(path), file);
  const absolute = (tls: GatewayConfig['tls']): Pick<GatewayConfig, 'tls'> =>
    tls === undefined ? {} : { tls: { cert: inFolder(tls.cert), key: inFolder(tls.key) } };
  const create = (config: GatewayConfig): Gateway =>
    createGateway({
      config: { ...config, ...absolute(config.tls) },
      dataFolder: resolve(dirname(path), config.dataDir),
      clock: systemClock,
      logger,
      tokens: () => file.current().tokens,
      readers: () => file.current().readers,
      lastReloadSuccessful: file.lastReloadSuccessful,
      admin: { hash: () => file.current().admin?.hash, prometheus: config.prometheus },
    });
  logger.level = file.current().logLevel;
  let gateway = create(file.current());
  let changing = Promise.resolve();

  async function change(next: GatewayConfig, previous: GatewayConfig): Promise<void> {
    logger.level = next.logLevel;
    if (isDeepStrictEqual(partsOf(next), partsOf(previous))) return;
    await gateway.stop();
    gateway = create(next);
    try {
      await gateway.start();
    } catch (error) {
      logger.error({ err: error }, 'the new settings cannot be used; going on with the old addresses');
      gateway = create(previous);
      await gateway.start();
    }
  }

  try {
    await gateway.start();
    file.onChange((next, previous) => {
      changing = changing
        .then(() => change(next, previous))
        .catch((error: unknown) => {
          logger.error({ err: error }, 'the gateway could not be opened again; mend the settings');
        });
    });
    if (!signal.aborted) await new Promise((ended) => signal.addEventListener('abort', ended, { once: true }));
  } finally {
    await file.close();
    await changing;
    await gateway.stop();
  }
}

/** What cannot follow an edit while the gateway is open. */
function partsOf({
  door,
  metrics,
  readerDoor,
  pushgateway,
  victoriaMetrics,
  prometheus,
  dataDir,
  tls,
}: GatewayConfig): unknown {
  return { door, metrics, readerDoor, pushgateway, victoriaMetrics, prometheus, dataDir, tls };
}
