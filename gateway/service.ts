import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { untilAborted } from '../runtime/async/until-aborted.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import type { OnReload } from '../runtime/reload.ts';
import { openSettings } from '../runtime/settings-file.ts';
import { type GatewayConfig, readGatewayConfig } from './config.ts';
import { createGateway, type Gateway } from './gateway.ts';

export interface GatewayServiceOptions {
  /** ServerSetting.ini. */
  readonly path: string;
  /** FlowCollect as it was called. */
  readonly called?: string;
  /** Ends the service. */
  readonly signal: AbortSignal;
  readonly onReload?: OnReload | undefined;
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
  onReload,
  logger = createLogger('gateway', 'info'),
}: GatewayServiceOptions): Promise<void> {
  const file = await openSettings({ path, parse: (name, text) => readGatewayConfig(name, text, called), logger });
  const inFolder = (file: string): string => resolve(dirname(path), file);
  const absolute = (tls: GatewayConfig['tls']): Pick<GatewayConfig, 'tls'> =>
    tls === undefined ? {} : { tls: { cert: inFolder(tls.cert), key: inFolder(tls.key) } };
  logger.level = file.current().logLevel;
  let open: { readonly config: GatewayConfig; readonly gateway: Gateway } | undefined;

  async function start(config: GatewayConfig): Promise<void> {
    const gateway = createGateway({
      config: { ...config, ...absolute(config.tls) },
      dataFolder: resolve(dirname(path), config.dataDir),
      clock: systemClock,
      logger,
      tokens: () => file.current().tokens,
      readers: () => file.current().readers,
      lastReload: file.last,
      admin: { hash: () => file.current().admin?.hash, prometheus: config.prometheus },
    });
    await gateway.start();
    open = { config, gateway };
  }

  async function apply(next: GatewayConfig, running: GatewayConfig): Promise<void> {
    if (open === undefined || !isDeepStrictEqual(partsOf(next), partsOf(open.config))) {
      await open?.gateway.stop();
      open = undefined;
      try {
        await start(next);
      } catch (error) {
        await start(running);
        throw error;
      }
    }
    logger.level = next.logLevel;
  }

  try {
    await start(file.current());
    file.follow(apply, onReload);
    await untilAborted(signal);
  } finally {
    await file.close();
    await open?.gateway.stop();
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
