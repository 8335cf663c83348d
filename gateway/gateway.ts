import { join } from 'node:path';
import { Server as TlsServer } from 'node:tls';
import type { Clock } from '../runtime/clock.ts';
import { createDiskHealth } from '../runtime/disk-health.ts';
import { type HttpListener, listenHttp } from '../runtime/http-listener.ts';
import type { Logger } from '../runtime/logger.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import type { LastReload } from '../runtime/reload.ts';
import { availableMemory, memoryLimits } from './access/memory-limits.ts';
import type { Reader } from './access/reader-token.ts';
import type { Token } from './access/tokens.ts';
import { createAdministration } from './admin/admin-handler.ts';
import { createMetricsPage } from './admin/metrics-page.ts';
import { createStoredValues } from './admin/stored-values.ts';
import type { GatewayConfig } from './config.ts';
import { answerBroken } from './http/broken-request.ts';
import { openDoorCertificate } from './http/certificate.ts';
import { shareConnections } from './http/connection-share.ts';
import { openKeptPushes } from './kept/kept-pushes.ts';
import { createGatewayMetrics } from './pushes/metrics.ts';
import { createDoor } from './pushes/push-handler.ts';
import { createPushDesk } from './pushes/push-service.ts';
import { createLabelProxy } from './queries/label-proxy.ts';
import { createReaderDoor } from './queries/query-proxy.ts';
import { createPushgateway } from './store/pushgateway.ts';
import { createRepeater } from './store/stale-series-refresher.ts';
import { createRestorer } from './store/store-reconciler.ts';
import { createVictoriaMetrics } from './store/victoria-metrics.ts';

export interface GatewayOptions {
  readonly config: Pick<GatewayConfig, 'door' | 'metrics' | 'readerDoor' | 'pushgateway' | 'victoriaMetrics' | 'tls'>;
  /** Absolute. */
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The tokens that are good as of now. */
  tokens(): readonly Token[];
  /** Who may read as of now; nobody by default. */
  readers?(): readonly Reader[];
  lastReload(): LastReload;
  /** What rebases and retires devices; neither is possible without. */
  readonly admin?: {
    /** SHA-256 of the admin token as of now. */
    hash(): Buffer | undefined;
    /** Where Prometheus is asked for what it has of a device that is retired. */
    readonly prometheus: string;
  };
}

/** Where it is reached, such as `http://127.0.0.1:8686`. */
export interface Origins {
  readonly door: string;
  readonly metrics: string;
  /** Absent where no reader can come in. */
  readonly readers?: string;
}

export interface Gateway {
  /** @throws ListenError when an address is taken */
  start(): Promise<Origins>;
  /** Ends after the pushes that are on their way. */
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
const MAX_CONNECTIONS = 4096;

export function createGateway({
  config,
  dataFolder,
  clock,
  logger,
  tokens,
  readers = () => [],
  lastReload,
  admin = { hash: () => undefined, prometheus: 'http://127.0.0.1:9090' },
}: GatewayOptions): Gateway {
  const stops: (() => Promise<void>)[] = [];
  const onStop = (stop: () => Promise<void>): void => void stops.unshift(stop);

  async function open(): Promise<Origins> {
    const folder = join(dataFolder, 'gateway');
    const kept = await openKeptPushes(join(folder, 'pushes'), logger);
    onStop(() => kept.close());
    const store =
      config.victoriaMetrics === undefined
        ? createPushgateway(config.pushgateway)
        : createVictoriaMetrics(config.victoriaMetrics);
    onStop(() => store.close());
    const disk = createDiskHealth(() => folder, '[server] DataDir');
    const desk = createPushDesk({
      kept,
      keptBytes: memoryLimits(availableMemory()).kept,
      users: () => new Set(tokens().map(({ user }) => user)),
      disk,
      store,
      clock,
      logger,
      storedValues: createStoredValues(createPrometheus({ address: () => admin.prometheus })),
    });
    onStop(() => desk.idle());
    const metrics = createGatewayMetrics();
    for (const device of kept.devices()) metrics.lastPush(device, kept.held(device)?.at ?? 0);

    const administration = createAdministration({ desk, logger, hash: admin.hash, retired: metrics.retired });
    const certificate = config.tls === undefined ? undefined : await openDoorCertificate(config.tls, logger);
    onStop(async () => certificate?.close());
    const reloaded = (): LastReload => {
      const settings = lastReload();
      return { ...settings, successful: settings.successful && certificate?.last().successful !== false };
    };
    const page = await listenHttp(createMetricsPage(metrics, reloaded, disk, kept, administration), config.metrics);
    onStop(() => page.close());
    const restorer = createRestorer({
      kept,
      desk,
      store,
      clock,
      logger,
      // Another store than the one remembered is one that started anew.
      file: join(folder, `${store.name.toLowerCase()}-start`),
    });
    restorer.start();
    onStop(() => restorer.stop());
    if (store.forgets) {
      const repeater = createRepeater({ kept, desk, clock, logger });
      repeater.start();
      onStop(() => repeater.stop());
    }
    const door = await listenHttp(
      createDoor({ desk, metrics, clock, logger, tokens }),
      config.door,
      LIMITS,
      certificate?.current(),
    );
    certificate?.follow(async (next) => {
      if (door.server instanceof TlsServer) door.server.setSecureContext(next);
    });
    guard(door);
    const readerDoor = await openReaderDoor();
    return {
      door: door.origin,
      metrics: page.origin,
      ...(readerDoor === undefined ? {} : { readers: readerDoor.origin }),
    };
  }

  async function openReaderDoor(): Promise<HttpListener | undefined> {
    if (config.readerDoor === undefined) return undefined;
    const labelProxy = createLabelProxy(config.readerDoor.labelProxy);
    onStop(() => labelProxy.close());
    const listener = await listenHttp(
      createReaderDoor({ labelProxy, clock, logger, readers }),
      config.readerDoor.listen,
      LIMITS,
    );
    guard(listener);
    return listener;
  }

  function guard(listener: HttpListener): void {
    shareConnections(listener.server, MAX_CONNECTIONS, logger);
    listener.server.on('clientError', answerBroken);
    onStop(() => listener.close());
  }

  async function stop(): Promise<void> {
    for (const each of stops.splice(0)) await each();
  }

  return {
    async start() {
      try {
        const origins = await open();
        logger.info(origins, 'the gateway is open');
        return origins;
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}
