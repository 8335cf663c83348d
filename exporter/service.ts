import { errorText, type Messages, type Text, translate } from '../core/language.ts';
import type { ServicePages } from '../core/pages.ts';
import { SettingsError } from '../core/settings.ts';
import { VERSION } from '../core/version.ts';
import { untilAborted } from '../runtime/async.ts';
import type { Logger } from '../runtime/logger.ts';
import { createMovable } from '../runtime/movable.ts';
import type { LastReload, OnReload, Reload } from '../runtime/reload.ts';
import type { ScreenOutput } from '../runtime/screen.ts';
import { exporterOf, type SystemFolders } from '../runtime/system-service.ts';
import { createKernelAgent, type KernelAgent } from './agent/kernel-agent.ts';
import { type DeviceConfig, type ExporterConfig, readExporterConfig } from './config.ts';
import { type Console, createConsole } from './console/console.ts';
import { createLineLog, plainLogLine } from './console/log-lines.ts';
import type { DeviceView } from './console/summary.ts';
import type { Host } from './host/host.ts';
import { joinMetrics } from './push/metrics.ts';

const TEXTS = {
  isService: (folder: string): Text => ({
    zh: `本机的系统服务 exporter 用的就是这个文件，状态在 ${folder}；手工运行会另起一份状态，所以没有启动。看它是否在运行：flowcollect service status；要改为手工运行，先 sudo flowcollect service uninstall`,
    en: `the system's service exporter goes by this file, with its state in ${folder}; by hand another state would begin, so nothing was started. Whether it runs: flowcollect service status; to run it by hand, first: sudo flowcollect service uninstall`,
  }),
} as const satisfies Messages;

interface ExporterOptions {
  readonly settings: Pick<Reload<ExporterConfig>, 'current' | 'last'>;
  /** What relative paths of the settings are relative to. */
  readonly folder: string;
  /** The settings' file, which states say they belong to. */
  readonly settingsPath: string;
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
   * @throws ListenError, and the page is closed until it is called again, also to go back
   */
  apply(next: ExporterConfig): Promise<void>;
  /** Takes a last frame of each kernel, pushes it, writes the states. */
  stop(): Promise<void>;
  /** In the order of the settings. */
  views(): readonly DeviceView[];
  /** Where `/metrics` is, once started. */
  metricsOrigin(): string | undefined;
}

export function createExporter(options: ExporterOptions): Exporter {
  const { settings, logger } = options;
  /** By the section of the settings that names the kernel. */
  const running = new Map<string, KernelAgent>();
  /** What the last edit could not do for a kernel. */
  let failed: ReadonlyMap<string, unknown> = new Map();
  /** As it was before an edit that failed for a kernel. */
  let whole = settings.last();

  const lastReload = (): LastReload => (failed.size === 0 ? settings.last() : { ...whole, successful: false });
  const inOrder = (): KernelAgent[] => settings.current().devices.flatMap(({ section }) => running.get(section) ?? []);

  async function add(config: DeviceConfig): Promise<void> {
    const { section } = config;
    const agent = createKernelAgent({
      ...options,
      logger: section === 'client' ? logger : logger.child({ section }),
      config,
      lastReload,
    });
    await agent.start();
    running.set(section, agent);
  }

  function health() {
    const devices = settings.current().devices.map(({ section, DeviceID }) => {
      const { deviceId, link, push, stateProblem } = running.get(section)?.view() ?? {};
      const problem = failed.has(section) ? errorText(failed.get(section), 'en') : stateProblem;
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

  const metrics = async (): Promise<string> =>
    joinMetrics(inOrder().map((agent) => ({ instance: agent.view().deviceId, text: agent.render() })));

  const pages: ServicePages = {
    service: 'exporter',
    version: VERSION,
    metrics,
    health,
    hosts: () => settings.current().MetricsHosts ?? [],
  };
  const page = createMovable(async (address: ExporterConfig['MetricsListen'], onClose) => {
    const listener = await options.host.servePages(pages, { ...address, setting: '[client] MetricsListen' });
    onClose(listener.close);
    return listener;
  });

  async function apply(next: ExporterConfig): Promise<void> {
    await page.move(next.MetricsListen);
    const failures = new Map<string, unknown>();
    /** The failure of one kernel is told and leaves the others alone. */
    const forEach = async <T extends { readonly section: string }>(
      devices: readonly T[],
      task: (device: T) => Promise<void>,
      failure: string,
    ): Promise<void> => {
      const attempt = async (device: T): Promise<void> => {
        try {
          await task(device);
        } catch (error) {
          failures.set(device.section, error);
          logger.error({ section: device.section, err: error }, `${failure}; fix what is wrong and save the settings`);
        }
      };
      await Promise.all(devices.map(attempt));
    };
    const wanted = new Set(next.devices.map(({ section }) => section));
    const gone = [...running].flatMap(([section, agent]) => (wanted.has(section) ? [] : [{ section, agent }]));
    const kept = next.devices.flatMap((device) => {
      const agent = running.get(device.section);
      return agent === undefined ? [] : [{ section: device.section, agent, device }];
    });
    const added = next.devices.filter(({ section }) => !running.has(section));
    // First those that go: another section may take over their DeviceID.
    await forEach(
      gone,
      async ({ section, agent }) => {
        await agent.stop();
        running.delete(section);
      },
      'a kernel that the settings no longer name did not end well',
    );
    await forEach(kept, ({ agent, device }) => agent.change(device), 'a change of settings did not fully apply');
    await forEach(added, add, 'this kernel is not watched');
    if (failed.size === 0) whole = settings.last();
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
        [...running.values()].map((agent) =>
          agent.stop().catch((error: unknown) => logger.error({ err: error }, 'a kernel did not end well')),
        ),
      );
      await page.close();
    },
    views: () => inOrder().map((agent) => agent.view()),
    metricsOrigin: () => page.running()?.origin,
  };
}

interface ExporterServiceOptions {
  readonly host: Host;
  /** The settings file. */
  readonly path: string;
  /** Where the table or the plain lines go. */
  readonly output: ScreenOutput;
  /** Where log lines go: as JSON, or until the table is shown on a terminal as text. */
  readonly errors: { write(text: string): unknown };
  /** Ends the service. */
  readonly signal: AbortSignal;
  readonly onReload?: OnReload;
  /** Where services of the whole system are, in tests. */
  readonly system?: SystemFolders;
}

/**
 * The exporter with its settings file, its logs and its console, until the signal.
 *
 * @throws SettingsError, also where the system's service goes by the file: its state is elsewhere, and a second one would
 *   begin beside it; ListenError, StateError
 */
export async function runExporterService({
  host,
  path,
  output,
  errors,
  signal,
  onReload,
  system,
}: ExporterServiceOptions): Promise<void> {
  const { clock, files } = host;
  const service = await exporterOf(path, files, system);
  if (service !== undefined) throw new SettingsError(path, [{ problem: TEXTS.isService(service.folder) }]);
  const folder = files.folderOf(files.absolute(path));
  let settings: Reload<ExporterConfig> | undefined;
  let screen: Console | undefined;
  const toFile = createLineLog(
    files,
    () => {
      const written = settings?.current().LocalLogFile;
      return written === undefined ? undefined : files.absolute(written, folder);
    },
    (problem) => errors.write(`${translate(problem, settings?.current().Language ?? 'zh')}\n`),
  );
  const logger = host.openLog((json) => {
    const line = plainLogLine(json);
    // A terminal is for people, and JSON between the lines of a live table would be torn.
    if (output.isTTY !== true) errors.write(json);
    else if (screen === undefined) errors.write(`${line}\n`);
    else screen.say(line);
    toFile(line);
  });

  const opened = await host.openSettings({ path, parse: readExporterConfig, logger });
  settings = opened;
  logger.level = opened.current().LogLevel;
  const descriptors = host.watchDescriptors(logger);
  try {
    const exporter = createExporter({ settings: opened, folder, settingsPath: files.absolute(path), host, logger });
    await exporter.start();
    opened.follow(async (next) => {
      await exporter.apply(next);
      logger.level = next.LogLevel;
    }, onReload);
    logger.info({ metrics: exporter.metricsOrigin() }, 'exporter started');
    screen = createConsole({
      output,
      clock,
      showing: () => ({ language: opened.current().Language, zone: opened.current().Timezone }),
      interval: () => opened.current().PushInterval,
      views: () => exporter.views(),
      onLine: toFile,
    });
    screen.start();
    await untilAborted(signal);
    await screen.stop();
    await opened.close();
    await exporter.stop();
    logger.info('exporter stopped');
  } finally {
    await descriptors.stop();
    await opened.close();
  }
}
