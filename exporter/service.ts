import { translate } from '../core/language.ts';
import { untilAborted } from '../runtime/async.ts';
import type { OnReload, Reload } from '../runtime/reload.ts';
import type { ScreenOutput } from '../runtime/screen.ts';
import { type ExporterConfig, readExporterConfig } from './config.ts';
import { type Console, createConsole } from './console/console.ts';
import { createLineLog, plainLogLine } from './console/log-lines.ts';
import { createExporter } from './exporter.ts';
import type { Host } from './host/host.ts';

export interface ExporterServiceOptions {
  readonly host: Host;
  /** The settings file. */
  readonly path: string;
  /** Where the table or the plain lines go. */
  readonly output: ScreenOutput;
  /** Where log lines go: as JSON, or until the table stands on a terminal as text. */
  readonly errors: { write(text: string): unknown };
  /** Ends the service. */
  readonly signal: AbortSignal;
  readonly onReload?: OnReload;
}

/**
 * The exporter with its settings file, its logs and its console, until the signal.
 *
 * @throws SettingsError, ListenError, StateError
 */
export async function runExporterService({
  host,
  path,
  output,
  errors,
  signal,
  onReload,
}: ExporterServiceOptions): Promise<void> {
  const { clock, files } = host;
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
  try {
    const exporter = createExporter({ settings: opened, folder, host, logger });
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
    await opened.close();
  }
}
