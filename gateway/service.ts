import type { IncomingMessage } from 'node:http';
import { basename, dirname, join, resolve } from 'node:path';
import { Server as TlsServer } from 'node:tls';
import { clientAddress } from '../core/addresses.ts';
import { describeProblem } from '../core/settings.ts';
import { refuseNewShortTokens, shortTokenWarnings } from '../core/short-tokens.ts';
import { VERSION } from '../core/version.ts';
import { type Clock, systemClock, untilAborted } from '../runtime/async.ts';
import { createDiskHealth } from '../runtime/health.ts';
import { createPagesListener, listenHttp, watchFileDescriptors } from '../runtime/http.ts';
import type { ListenAddress } from '../runtime/listen.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { createMovable } from '../runtime/movable.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { type LastReload, lastOfAll, type OnReload } from '../runtime/reload.ts';
import { openSettings, warnIfOpenToOthers } from '../runtime/settings-file.ts';
import type { Token } from './access/authenticate.ts';
import { availableMemory, memoryLimits } from './access/limits.ts';
import type { Reader } from './access/reader-token.ts';
import { openTokenFile } from './access/token-store.ts';
import { createAdminHandler } from './admin/admin-handler.ts';
import { createDeviceRelease, createStoredValues } from './admin/device-release.ts';
import { ADD_TOKEN, type GatewayConfig, readGatewayConfig, withTokens } from './config.ts';
import { openCertificate } from './http/certificate.ts';
import { createNoiseLog, listenToInternet } from './http/connections.ts';
import { keptFolderIn, openKeptPushes } from './kept/kept-pushes.ts';
import { createGatewayMetrics, createPushHandler } from './pushes/push-handler.ts';
import { createPushService } from './pushes/push-service.ts';
import { createLabelProxy } from './queries/label-proxy.ts';
import { createQueryProxy } from './queries/query-proxy.ts';
import { createPushgateway, createVictoriaMetrics } from './store/store.ts';
import { createStoreReconciler } from './store/store-reconciler.ts';

/** What cannot follow an edit while it is open. Paths are absolute. */
export type GatewayPlaces = Pick<GatewayConfig, 'listen' | 'metrics' | 'pushgateway' | 'prometheus' | 'dataDir'> & {
  readonly [Key in 'queries' | 'victoriaMetrics' | 'tls']?: GatewayConfig[Key] | undefined;
};
type StoragePlaces = Pick<GatewayPlaces, 'pushgateway' | 'victoriaMetrics' | 'prometheus' | 'dataDir'>;

export interface GatewayOptions {
  readonly places: GatewayPlaces;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The tokens that are good as of now. */
  tokens(): readonly Token[];
  /** The readers as of now; none by default. */
  readers?(): readonly Reader[];
  lastReload(): LastReload;
  /** SHA-256 of the admin token as of now; devices are neither rebased nor retired without. */
  adminHash?(): Buffer | undefined;
  /** When the certificate is to be read again although nobody saved it. */
  readonly onReload?: OnReload | undefined;
  /** Whom a request comes from, as of now. */
  addressOf?(request: IncomingMessage): string;
}

/** Where it is reached, such as `http://127.0.0.1:8686`. */
interface Origins {
  readonly pushes: string;
  readonly metrics: string;
  /** Absent where no reader can come in. */
  readonly queries?: string;
}

export interface Gateway {
  /** @throws ListenError when an address is taken */
  start(): Promise<Origins>;
  /**
   * Closes what is elsewhere by now, after the pushes that are on their way, and opens what is not open. Where it
   * throws, the rest may be closed; it may be called again, also to go back.
   *
   * @throws as {@link start}
   */
  move(places: GatewayPlaces): Promise<Origins>;
  stop(): Promise<void>;
}

export function createGateway(options: GatewayOptions): Gateway {
  const {
    clock,
    logger,
    tokens,
    readers = () => [],
    lastReload,
    adminHash = () => undefined,
    onReload,
    addressOf = clientAddress,
  } = options;
  /** How the certificate was last read; undefined without TLS. */
  let certificate: (() => LastReload) | undefined;
  const logNoise = createNoiseLog(logger, clock);

  const storage = createMovable(async (places: StoragePlaces, onClose) => {
    const folder = join(places.dataDir, 'gateway');
    const disk = createDiskHealth(() => folder, '[server] DataDir');
    const kept = await openKeptPushes(keptFolderIn(places.dataDir), logger, disk.onSetAside);
    onClose(() => kept.close());
    const { victoriaMetrics, pushgateway, prometheus } = places;
    const store =
      victoriaMetrics === undefined ? createPushgateway(pushgateway) : createVictoriaMetrics(victoriaMetrics);
    onClose(() => store.close());
    const pushes = createPushService({
      kept,
      keptBytes: memoryLimits(availableMemory()).kept,
      tokens,
      disk,
      store,
      clock,
      logger,
    });
    onClose(() => pushes.idle());
    const storedValues = createStoredValues(createPrometheus({ addresses: () => [prometheus] }));
    const release = createDeviceRelease({ pushes, kept, store, clock, storedValues });
    const metrics = createGatewayMetrics();
    for (const device of kept.devices()) metrics.lastPush(device, kept.held(device)?.at ?? 0);
    const reconciler = createStoreReconciler({ kept, forward: pushes.forward, store, clock, logger });
    reconciler.start();
    onClose(() => reconciler.stop());
    return { kept, disk, pushes, release, metrics };
  });
  const stored = () => {
    const open = storage.running();
    if (open === undefined) throw new Error('the storage is not open');
    return open;
  };

  const page = createMovable(async (address: ListenAddress, onClose) => {
    const { kept, disk, release, metrics } = stored();
    const reloaded = (): LastReload => lastOfAll(lastReload(), ...(certificate === undefined ? [] : [certificate()]));
    const adminHandler = createAdminHandler({ release, logger, hash: adminHash, retired: metrics.retired });
    const pages = createPagesListener({
      service: 'gateway',
      version: VERSION,
      metrics: () => metrics.render(reloaded(), disk.problem() === undefined, kept.usage.bytes),
      // It fails while it cannot keep pushes, and therefore takes none.
      health: disk.health,
    });
    const listener = await listenHttp(
      (request, response) => (request.url?.startsWith('/admin/') ? adminHandler : pages)(request, response),
      address,
    );
    onClose(() => listener.close());
    return listener.origin;
  });

  const pushes = createMovable(async ({ listen, tls }: Pick<GatewayPlaces, 'listen' | 'tls'>, onClose) => {
    const opened = tls === undefined ? undefined : await openCertificate(tls, logger);
    certificate = opened?.last;
    onClose(async () => opened?.close());
    const handler = createPushHandler({ ...stored(), clock, logger, tokens, addressOf });
    const listener = await listenToInternet(handler, listen, logNoise, opened?.current());
    opened?.follow(async (next) => {
      if (listener.server instanceof TlsServer) listener.server.setSecureContext(next);
    }, onReload);
    onClose(() => listener.close());
    return listener.origin;
  });

  const queries = createMovable(async (places: GatewayConfig['queries'], onClose) => {
    if (places === undefined) return undefined;
    const labelProxy = createLabelProxy(places.labelProxy);
    onClose(() => labelProxy.close());
    const proxy = createQueryProxy({ labelProxy, clock, logger, readers, addressOf });
    const listener = await listenToInternet(proxy, places.listen, logNoise);
    onClose(() => listener.close());
    return listener.origin;
  });

  async function stop(): Promise<void> {
    for (const part of [queries, pushes, page, storage]) await part.close();
  }

  async function move(places: GatewayPlaces): Promise<Origins> {
    const { listen, tls, pushgateway, victoriaMetrics, prometheus, dataDir } = places;
    const [storagePlaces, pushPlaces] = [
      { pushgateway, victoriaMetrics, prometheus, dataDir },
      { listen, tls },
    ];
    // The others use the storage.
    if (!storage.isAt(storagePlaces)) await stop();
    // All close before any opens: one may go to the address that another leaves.
    const unmoved = [queries.isAt(places.queries), pushes.isAt(pushPlaces), page.isAt(places.metrics)];
    for (const [index, part] of [queries, pushes, page].entries()) if (!unmoved[index]) await part.close();
    await storage.open(storagePlaces);
    const origins = { metrics: await page.open(places.metrics), pushes: await pushes.open(pushPlaces) };
    const proxy = await queries.open(places.queries);
    const all = { ...origins, ...(proxy === undefined ? {} : { queries: proxy }) };
    if (unmoved.includes(false)) logger.info(all, 'the gateway is open');
    return all;
  }

  return {
    async start() {
      try {
        return await move(options.places);
      } catch (error) {
        await stop();
        throw error;
      }
    },
    move,
    stop,
  };
}

interface GatewayServiceOptions {
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
 * The gateway from its settings file until the signal: tokens follow an edit at once, and what has another address
 * closes and opens there.
 *
 * @throws SettingsError, ListenError, or what the disk says
 */
export async function runGatewayService({
  path,
  called = 'flowcollect',
  signal,
  onReload,
  logger = createLogger('gateway', 'info'),
}: GatewayServiceOptions): Promise<void> {
  const tokens = await openTokenFile(path, logger);
  const somebody = (): boolean => tokens.current().some(({ hash }) => hash !== undefined);
  let running: (() => GatewayConfig) | undefined;
  const makeToken = `${called} ${ADD_TOKEN}`;
  const file = await openSettings({
    path,
    parse(name, text) {
      const read = readGatewayConfig(name, text, called, somebody());
      if (running !== undefined) refuseNewShortTokens(name, read.settings.short, running().short, makeToken);
      return read;
    },
    logger,
  });
  running = file.current;
  let seen: { readonly of: readonly unknown[]; readonly access: GatewayConfig } | undefined;
  /** The same object until one of the files changes. */
  const access = (): GatewayConfig => {
    const of = [file.current(), tokens.current()] as const;
    if (seen === undefined || of.some((each, index) => each !== seen?.of[index]))
      seen = { of, access: withTokens(...of) };
    return seen.access;
  };
  const inFolder = (name: string): string => resolve(dirname(path), name);
  const placesOf = ({ tls, dataDir, ...config }: GatewayConfig): GatewayPlaces => ({
    ...config,
    dataDir: inFolder(dataDir),
    ...(tls === undefined ? {} : { tls: { cert: inFolder(tls.cert), key: inFolder(tls.key) } }),
  });
  logger.level = file.current().logLevel;
  const gateway = createGateway({
    places: placesOf(file.current()),
    clock: systemClock,
    logger,
    tokens: () => access().tokens,
    readers: () => access().readers,
    lastReload: () => lastOfAll(file.last(), tokens.last()),
    adminHash: () => file.current().admin?.hash,
    onReload,
    addressOf: (request) => clientAddress(request, file.current().isProxy),
  });

  async function apply(next: GatewayConfig): Promise<void> {
    await gateway.move(placesOf(next));
    logger.level = next.logLevel;
  }

  const descriptors = watchFileDescriptors(logger);
  try {
    await gateway.start();
    const { language } = file.current();
    await warnIfOpenToOthers(path, language, logger);
    for (const problem of shortTokenWarnings(file.current().short, makeToken)) {
      logger.warn({ notice: describeProblem(basename(path), problem, language) }, 'settings notice');
    }
    file.follow(apply, onReload);
    tokens.follow(async () => {}, onReload);
    await untilAborted(signal);
  } finally {
    await descriptors.stop();
    await file.close();
    await tokens.close();
    await gateway.stop();
  }
}
