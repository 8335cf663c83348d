import { errorText } from '../core/language.ts';
import { VERSION } from '../core/version.ts';
import type { Logger } from '../runtime/logger.ts';
import type { LastReload, Reload } from '../runtime/reload.ts';
import type { DeviceConfig, ExporterConfig } from './config.ts';
import type { Host } from './host/host.ts';
import { createWatch, type DeviceView, type Watch } from './kernel-agent.ts';
import { joinMetrics } from './push/metrics.ts';

export interface ExporterOptions {
  readonly settings: Pick<Reload<ExporterConfig>, 'current' | 'last'>;
  /** What relative paths of the settings are relative to. */
  readonly folder: string;
  readonly host: Host;
  readonly logger: Logger;
}

/** Accounts the kernels of the settings and pushes their counters. */
export interface Exporter {
  /** @throws ListenError, and StateError when no kernel can be accounted */
  start(): Promise<void>;
  /**
   * Takes an edit. A kernel for which it fails is told in the log and in `/healthz` and tried again at the next one;
   * the others go on.
   *
   * @throws ListenError, and nothing has changed
   */
  apply(next: ExporterConfig): Promise<void>;
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
  /** What the last edit could not do for a kernel. */
  let failed: ReadonlyMap<string, unknown> = new Map();

  const lastReload = (): LastReload => {
    const last = settings.last();
    return { ...last, successful: last.successful && failed.size === 0 };
  };
  const inOrder = (): Watch[] => settings.current().devices.flatMap(({ kernel }) => running.get(kernel)?.watch ?? []);

  async function add(config: DeviceConfig): Promise<void> {
    const { kernel } = config;
    const watch = createWatch({
      ...options,
      logger: kernel === '' ? logger : logger.child({ kernel }),
      config: () => running.get(kernel)?.config ?? config,
      lastReload,
    });
    await watch.start();
    running.set(kernel, { config, watch });
  }

  async function change(each: Running, next: DeviceConfig): Promise<void> {
    const previous = each.config;
    each.config = next;
    try {
      await each.watch.change(next, previous);
    } catch (error) {
      each.config = previous;
      throw error;
    }
  }

  function health() {
    const devices = settings.current().devices.map(({ kernel, DeviceID }) => {
      const { deviceId, link, push, stateProblem } = running.get(kernel)?.watch.view() ?? {};
      const problem = failed.has(kernel) ? errorText(failed.get(kernel), 'en') : stateProblem;
      return {
        device: deviceId ?? DeviceID,
        kernel: link?.kind ?? 'not_watched',
        ...(push === undefined ? {} : { push: push.kind }),
        ...(problem === undefined ? {} : { problem }),
      };
    });
    // It goes on counting and pushing what it can, and takes its counters from the gateway should it lose them.
    const isWhole = devices.every(({ kernel, problem }) => kernel !== 'not_watched' && problem === undefined);
    return { status: isWhole ? ('ok' as const) : ('degraded' as const), settings: lastReload().successful, devices };
  }

  async function metrics(): Promise<string> {
    const pages = inOrder().map(async (watch) => ({ instance: watch.view().deviceId, text: await watch.render() }));
    return joinMetrics(await Promise.all(pages));
  }

  const page = options.host.servePages(
    { service: 'exporter', version: VERSION, metrics, health },
    '[client] MetricsListen',
  );

  async function apply(next: ExporterConfig): Promise<void> {
    await page.move(next.MetricsListen);
    const failures = new Map<string, unknown>();
    /** The failure of one kernel is told and leaves the others alone. */
    const forEach = async <T extends { readonly kernel: string }>(
      devices: readonly T[],
      task: (device: T) => Promise<void>,
      failure: string,
    ): Promise<void> => {
      const attempt = async (device: T): Promise<void> => {
        try {
          await task(device);
        } catch (error) {
          failures.set(device.kernel, error);
          logger.error({ kernel: device.kernel, err: error }, `${failure}; mend what is wrong and save the settings`);
        }
      };
      await Promise.all(devices.map(attempt));
    };
    const wanted = new Set(next.devices.map(({ kernel }) => kernel));
    const gone = [...running].flatMap(([kernel, { watch }]) => (wanted.has(kernel) ? [] : [{ kernel, watch }]));
    const kept = next.devices.flatMap((device) => {
      const each = running.get(device.kernel);
      return each === undefined ? [] : [{ kernel: device.kernel, each, device }];
    });
    const added = next.devices.filter(({ kernel }) => !running.has(kernel));
    // First those that go: another section may take over their DeviceID.
    await forEach(
      gone,
      async ({ kernel, watch }) => {
        await watch.stop();
        running.delete(kernel);
      },
      'a kernel that the settings no longer name did not end well',
    );
    await forEach(kept, ({ each, device }) => change(each, device), 'a change of settings did not fully apply');
    await forEach(added, add, 'this kernel is not watched');
    failed = failures;
  }

  return {
    async start() {
      const { devices } = settings.current();
      await apply(settings.current());
      if (devices.length > 1 || failed.size === 0) return;
      await page.close();
      throw [...failed.values()][0];
    },
    apply,
    async stop() {
      await Promise.all(
        [...running.values()].map(({ watch }) =>
          watch.stop().catch((error: unknown) => logger.error({ err: error }, 'a kernel did not end well')),
        ),
      );
      await page.close();
    },
    views: () => inOrder().map((watch) => watch.view()),
    metricsOrigin: page.origin,
  };
}
