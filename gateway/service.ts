import type { IncomingMessage } from 'node:http';
import { basename, dirname, join, resolve } from 'node:path';
import { Server as TlsServer } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { describeProblem } from '../core/settings.ts';
import { addressIn, clientAddress } from '../runtime/addresses.ts';
import { untilAborted } from '../runtime/async.ts';
import { createOrSetAside, readFileIfExists } from '../runtime/atomic-file.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { createDiskHealth } from '../runtime/disk-health.ts';
import { watchFileDescriptors } from '../runtime/file-descriptors.ts';
import { type ListenAddress, listenHttp } from '../runtime/http-listener.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { type LastReload, type OnReload, openReload, type Reload } from '../runtime/reload.ts';
import { openSettings, tokenFileOf } from '../runtime/settings-file.ts';
import type { Token } from './access/authenticate.ts';
import { availableMemory, memoryLimits } from './access/limits.ts';
import type { Reader } from './access/reader-token.ts';
import { readTokensApart, type TokensApart } from './access/token-sections.ts';
import { createAdminHandler } from './admin/admin-handler.ts';
import { createDeviceRelease, createStoredValues } from './admin/device-release.ts';
import { createMetricsPage } from './admin/metrics-page.ts';
import {
  type GatewayConfig,
  readGatewayConfig,
  refuseNewShortTokens,
  shortTokenWarnings,
  withTokens,
} from './config.ts';
import { type Certificate, openCertificate } from './http/certificate.ts';
import { guardConnections } from './http/connections.ts';
import { openKeptPushes } from './kept/kept-pushes.ts';
import { createGatewayMetrics } from './pushes/metrics.ts';
import { createPushHandler } from './pushes/push-handler.ts';
import { createPushService } from './pushes/push-service.ts';
import { createLabelProxy } from './queries/label-proxy.ts';
import { createQueryProxy } from './queries/query-proxy.ts';
import { createStaleSeriesRefresher } from './store/stale-series-refresher.ts';
import { createPushgateway } from './store/store.ts';
import { createStoreReconciler } from './store/store-reconciler.ts';
import { createVictoriaMetrics } from './store/victoria-metrics.ts';

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
  /** Who may read as of now; nobody by default. */
  readers?(): readonly Reader[];
  lastReload(): LastReload;
  /** SHA-256 of the admin token as of now; devices are neither rebased nor retired without. */
  adminHash?(): Buffer | undefined;
  /** Whom a request comes from, as of now. */
  addressOf?(request: IncomingMessage): string;
}

/** Where it is reached, such as `http://127.0.0.1:8686`. */
export interface Origins {
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

/** A device on a slow line sends its few kilobytes in this time; who sends nothing is let go sooner. */
const LIMITS = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  // Longer than the longest usual pause between two pushes, so that connections are used again.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1000,
} as const;

type OnStop = (stop: () => Promise<unknown>) => void;

export function createGateway(options: GatewayOptions): Gateway {
  const {
    clock,
    logger,
    tokens,
    readers = () => [],
    lastReload,
    adminHash = () => undefined,
    addressOf = clientAddress,
  } = options;
  let certificate: Reload<Certificate> | undefined;

  const storage = createMovable(async (places: StoragePlaces, onStop) => {
    const folder = join(places.dataDir, 'gateway');
    const kept = await openKeptPushes(join(folder, 'pushes'), logger);
    onStop(() => kept.close());
    const { victoriaMetrics, pushgateway, prometheus } = places;
    const store =
      victoriaMetrics === undefined ? createPushgateway(pushgateway) : createVictoriaMetrics(victoriaMetrics);
    onStop(() => store.close());
    const disk = createDiskHealth(() => folder, '[server] DataDir');
    const pushes = createPushService({
      kept,
      keptBytes: memoryLimits(availableMemory()).kept,
      users: () => new Set(tokens().map(({ user }) => user)),
      disk,
      store,
      clock,
      logger,
    });
    onStop(() => pushes.idle());
    const storedValues = createStoredValues(createPrometheus({ address: () => prometheus }));
    const release = createDeviceRelease({ pushes, kept, store, clock, storedValues });
    const metrics = createGatewayMetrics();
    for (const device of kept.devices()) metrics.lastPush(device, kept.held(device)?.at ?? 0);
    const reconciler = createStoreReconciler({
      kept,
      forward: pushes.forward,
      store,
      clock,
      logger,
      // Another store than the one remembered is one that was restarted.
      file: join(folder, `${store.name.toLowerCase()}-start`),
      orSetAside: createOrSetAside(clock.now, disk, logger),
    });
    reconciler.start();
    onStop(() => reconciler.stop());
    if (store.forgets) {
      const refresher = createStaleSeriesRefresher({ kept, forward: pushes.forward, clock, logger });
      refresher.start();
      onStop(() => refresher.stop());
    }
    return { kept, disk, pushes, release, metrics };
  });

  const page = createMovable(async (address: ListenAddress, onStop) => {
    const { kept, disk, release, metrics } = storage.running();
    const reloaded = (): LastReload => {
      const settings = lastReload();
      return { ...settings, successful: settings.successful && certificate?.last().successful !== false };
    };
    const adminHandler = createAdminHandler({ release, logger, hash: adminHash, retired: metrics.retired });
    const listener = await listenHttp(createMetricsPage(metrics, reloaded, disk, kept, adminHandler), address);
    onStop(() => listener.close());
    return listener.origin;
  });

  const pushes = createMovable(async ({ listen, tls }: Pick<GatewayPlaces, 'listen' | 'tls'>, onStop) => {
    const opened = tls === undefined ? undefined : await openCertificate(tls, logger);
    certificate = opened;
    onStop(async () => opened?.close());
    const handler = createPushHandler({ ...storage.running(), clock, logger, tokens, addressOf });
    const listener = await listenHttp(handler, listen, LIMITS, opened?.current());
    opened?.follow(async (next) => {
      if (listener.server instanceof TlsServer) listener.server.setSecureContext(next);
    });
    guardConnections(listener.server, logger);
    onStop(() => listener.close());
    return listener.origin;
  });

  const queries = createMovable(async (places: GatewayConfig['queries'], onStop) => {
    if (places === undefined) return undefined;
    const labelProxy = createLabelProxy(places.labelProxy);
    onStop(() => labelProxy.close());
    const listener = await listenHttp(
      createQueryProxy({ labelProxy, clock, logger, readers, addressOf }),
      places.listen,
      LIMITS,
    );
    guardConnections(listener.server, logger);
    onStop(() => listener.close());
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

/** Something that is open by its settings, and closed and opened again where these change. */
interface Movable<P, T> {
  isAt(places: P): boolean;
  /** Opens it where it is not open. */
  open(places: P): Promise<T>;
  /** @throws where it is not open */
  running(): T;
  close(): Promise<void>;
}

/** @param opening tells `onStop` what closes it, in the reverse order, also where it throws */
function createMovable<P, T>(opening: (places: P, onStop: OnStop) => Promise<T>): Movable<P, T> {
  let open: { readonly places: P; readonly opened: T } | undefined;
  const stops: Parameters<OnStop>[0][] = [];
  async function close(): Promise<void> {
    open = undefined;
    for (const stop of stops.splice(0).reverse()) await stop();
  }
  return {
    isAt: (places) => open !== undefined && isDeepStrictEqual(open.places, places),
    async open(places) {
      try {
        open ??= { places, opened: await opening(places, (stop) => stops.push(stop)) };
        return open.opened;
      } catch (error) {
        await close();
        throw error;
      }
    },
    running() {
      if (open === undefined) throw new Error('it is not open');
      return open.opened;
    },
    close,
  };
}

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
 * The gateway from its settings file until the signal: tokens follow an edit at once, and what has another address
 * closes and opens there.
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
  const tokens = await openTokenFile(path, logger);
  const somebody = (): boolean => tokens.current().some(({ hash }) => hash !== undefined);
  let running: (() => GatewayConfig) | undefined;
  const file = await openSettings({
    path,
    parse(name, text) {
      const read = readGatewayConfig(name, text, called, somebody());
      if (running !== undefined) refuseNewShortTokens(name, read.settings, running(), called);
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
    lastReload: () => {
      const settings = file.last();
      return { ...settings, successful: settings.successful && tokens.last().successful };
    },
    adminHash: () => file.current().admin?.hash,
    addressOf: (request) => clientAddress(request, addressIn(file.current().trustedProxies)),
  });

  async function apply(next: GatewayConfig, running: GatewayConfig): Promise<void> {
    try {
      await gateway.move(placesOf(next));
    } catch (error) {
      await gateway.move(placesOf(running));
      throw error;
    }
    logger.level = next.logLevel;
  }

  const descriptors = watchFileDescriptors(logger);
  try {
    await gateway.start();
    const { language } = file.current();
    for (const problem of shortTokenWarnings(file.current(), called)) {
      logger.warn({ notice: describeProblem(basename(path), problem, language) }, 'settings notice');
    }
    file.follow(apply, onReload);
    tokens.follow(async () => {});
    await untilAborted(signal);
  } finally {
    await descriptors.stop();
    await file.close();
    await tokens.close();
    await gateway.stop();
  }
}

/** What the commands write, which is followed apart from the settings: bad ones must not keep a revoked token alive. */
function openTokenFile(settings: string, logger: Logger): Promise<Reload<readonly TokensApart[]>> {
  const path = tokenFileOf(settings);
  return openReload({
    name: 'tokens',
    paths: [path],
    load: async () => (await readFileIfExists(path)) ?? '',
    parse: (text) => readTokensApart(basename(path), text),
    logger,
  });
}
