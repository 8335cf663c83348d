import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { type Text, translate } from '../core/language.ts';
import { untilAborted } from '../runtime/async/until-aborted.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import type { OnReload, Reload } from '../runtime/reload.ts';
import type { ScreenOutput } from '../runtime/screen.ts';
import { openSettings } from '../runtime/settings-file.ts';
import { type ExporterConfig, readExporterConfig } from './config.ts';
import { type Console, createConsole } from './console/console.ts';
import { createExporter } from './exporter.ts';
import { nodeHost } from './host/node-host.ts';
import { openLineFile, plainLogLine } from './log-sink.ts';

export interface ExporterServiceOptions {
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
  path,
  output,
  errors,
  signal,
  onReload,
}: ExporterServiceOptions): Promise<void> {
  const folder = dirname(resolve(path));
  let settings: Reload<ExporterConfig> | undefined;
  let screen: Console | undefined;
  const toFile = lineLog(
    folder,
    () => settings?.current().LocalLogFile,
    (problem) => errors.write(`${translate(problem, settings?.current().Language ?? 'zh')}\n`),
  );
  const logger: Logger = createLogger('exporter', 'info', {
    write(json: string) {
      const line = plainLogLine(json);
      // A terminal is for people, and JSON between the lines of a live table would be torn.
      if (output.isTTY !== true) errors.write(json);
      else if (screen === undefined) errors.write(`${line}\n`);
      else screen.say(line);
      toFile(line);
    },
  });

  const opened = await openSettings({ path, parse: readExporterConfig, logger });
  settings = opened;
  logger.level = opened.current().LogLevel;
  try {
    const exporter = createExporter({
      settings: opened,
      folder,
      clock: systemClock,
      logger,
      chance: Math.random,
      newStateId: () => randomBytes(12).toString('hex'),
    });
    await exporter.start();
    opened.follow(async (next) => {
      await exporter.apply(next);
      logger.level = next.LogLevel;
    }, onReload);
    logger.info({ metrics: exporter.metricsOrigin() }, 'exporter started');
    screen = createConsole({
      output,
      clock: systemClock,
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

/** Lines into LocalLogFile, wherever the settings put it at the moment. */
function lineLog(
  folder: string,
  setting: () => string | undefined,
  onProblem: (problem: Text) => void,
): (line: string) => void {
  let open: { path: string; file: ReturnType<typeof openLineFile> } | undefined;
  return (line) => {
    const written = setting();
    if (written === undefined) return;
    const path = resolve(folder, written);
    if (open?.path !== path) open = { path, file: openLineFile(nodeHost.files, path, onProblem) };
    open.file.append(line);
  };
}
