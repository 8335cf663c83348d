import { VERSION } from '../core/version.ts';
import type { Clock } from '../runtime/clock.ts';
import { type HttpListener, listenHttp } from '../runtime/http-listener.ts';
import type { Logger } from '../runtime/logger.ts';
import { createPagesListener } from '../runtime/service-pages.ts';
import type { SettingsFile } from '../runtime/settings-file.ts';
import type { DeviceConfig, ExporterConfig } from './config.ts';
import { joinMetrics } from './metrics-page.ts';
import { createWatch, type DeviceView, type Watch } from './watch.ts';

export interface ExporterOptions {
  readonly settings: SettingsFile<ExporterConfig>;
  /** What relative paths of the settings are relative to. */
  readonly folder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1, drawn anew at each call. */
  chance(): number;
  /** A text without spaces that no other exporter has ever had. */
  newStateId(): string;
}

/** Accounts the kernels of the settings and pushes their counters. */
export interface Exporter {
  /** @throws ListenError, and StateError when no kernel can be accounted */
  start(): Promise<void>;
  /** Takes a last frame of each kernel, pushes it, writes the states. */
  stop(): Promise<void>;
  /** In the order of the settings. */
  views(): readonly DeviceView[];
  /** Where `/metrics` is, once started. */
  metricsOrigin(): string | undefined;
}

interface Running {
  config: DeviceConfig;
  readonly watch: Watch;
}

export function createExporter(options: ExporterOptions): Exporter {
  const { settings, logger } = options;
  /** By the kernel's name in the settings. */
  const running = new Map<string, Running>();
  let listener: HttpListener | undefined;
  let stopWatching = (): void => {};
  let changes: Promise<void> = Promise.resolve();

  const inOrder = (): Watch[] => settings.current().devices.flatMap(({ kernel }) => running.get(kernel)?.watch ?? []);
  const views = (): DeviceView[] => inOrder().map((watch) => watch.view());

  async function add(config: DeviceConfig): Promise<void> {
    const { kernel } = config;
    const watch = createWatch({
      ...options,
      logger: kernel === '' ? logger : logger.child({ kernel }),
      config: () => running.get(kernel)?.config ?? config,
      settingsGood: settings.lastReloadSuccessful,
    });
    await watch.start();
    running.set(kernel, { config, watch });
  }

  const listen = ({ MetricsListen }: ExporterConfig): Promise<HttpListener> =>
    // By Node's own server: a framework for three pages would be a third of the bundle and a tenth of the memory.
    listenHttp(
      createPagesListener({
        service: 'exporter',
        version: VERSION,
        async metrics() {
          const pages = inOrder().map(async (watch) => ({
            instance: watch.view().deviceId,
            text: await watch.render(),
          }));
          return joinMetrics(await Promise.all(pages));
        },
        health: () => ({
          // It goes on counting and pushing, and takes its counters from the gateway should it lose them.
          status: views().every(({ stateProblem }) => stateProblem === undefined) ? 'ok' : 'degraded',
          settings: settings.lastReloadSuccessful(),
          devices: views().map(({ deviceId, link, push, stateProblem }) => ({
            device: deviceId,
            kernel: link.kind,
            push: push.kind,
            ...(stateProblem === undefined ? {} : { problem: stateProblem }),
          })),
        }),
      }),
      { ...MetricsListen, setting: '[client] MetricsListen' },
    );

  /** The old one goes first: both may be at one port, such as on all addresses instead of on loopback. */
  async function listenElsewhere(next: ExporterConfig, previous: ExporterConfig): Promise<void> {
    await listener?.close();
    listener = undefined;
    try {
      listener = await listen(next);
    } catch (error) {
      logger.error({ err: error }, 'metrics stay where they were');
      listener = await listen(previous);
    }
  }

  /** Does the same for several kernels; the failure of one is told and leaves the others alone. */
  async function forEach<T>(items: readonly T[], task: (item: T) => Promise<void>, failure: string): Promise<void> {
    const results = await Promise.allSettled(items.map(task));
    for (const result of results) if (result.status === 'rejected') logger.error({ err: result.reason }, failure);
  }

  async function change(next: ExporterConfig, previous: ExporterConfig): Promise<void> {
    const wanted = new Map(next.devices.map((device) => [device.kernel, device]));
    const gone = [...running].filter(([kernel]) => !wanted.has(kernel));
    const added = next.devices.filter(({ kernel }) => !running.has(kernel));
    const kept = [...running.values()].filter(({ config }) => wanted.has(config.kernel));
    // First those that go: another section may take over their DeviceID.
    await forEach(
      gone,
      async ([kernel, { watch }]) => {
        await watch.stop();
        running.delete(kernel);
      },
      'a kernel that the settings no longer name did not end well',
    );
    await forEach(
      kept,
      async (each) => {
        const before = each.config;
        each.config = wanted.get(before.kernel) ?? before;
        await each.watch.change(each.config, before);
      },
      'a change of settings did not fully apply',
    );
    await forEach(added, add, NOT_WATCHED);
    if (JSON.stringify(next.MetricsListen) !== JSON.stringify(previous.MetricsListen))
      await listenElsewhere(next, previous);
  }

  return {
    async start() {
      const current = settings.current();
      const [only] = current.devices;
      listener = await listen(current);
      let started = (): void => {};
      // An edit that comes meanwhile is applied afterwards.
      changes = new Promise((resolve) => {
        started = resolve;
      });
      stopWatching = settings.onChange((next, previous) => {
        changes = changes
          .then(() => change(next, previous))
          .catch((error) => logger.error({ err: error }, 'a change of settings did not fully apply'));
      });
      try {
        if (current.devices.length === 1 && only !== undefined) await add(only);
        else await forEach(current.devices, add, NOT_WATCHED);
      } catch (error) {
        stopWatching();
        await listener.close();
        throw error;
      } finally {
        started();
      }
    },
    async stop() {
      stopWatching();
      await changes;
      await forEach([...running.values()], ({ watch }) => watch.stop(), 'a kernel did not end well');
      await listener?.close();
    },
    views,
    metricsOrigin: () => listener?.origin,
  };
}

const NOT_WATCHED = 'this kernel is not watched; mend what is wrong and save the settings to try again';
