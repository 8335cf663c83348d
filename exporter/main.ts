import { Command, CommanderError } from 'commander';
import { SettingsError } from '../core/settings.ts';
import { systemClock } from '../runtime/clock.ts';
import { doctorCommand } from './doctor/command.ts';
import { replayCommand } from './replay/command.ts';
import { runExporterService } from './service.ts';

/**
 * `flowcollect exporter`, `flowcollect replay` and `flowcollect doctor`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const program = new Command('flowcollect').exitOverride();
  for (const command of [exporterCommand(), replayCommand(print), doctorCommand(print, systemClock)]) {
    program.addCommand(command.exitOverride());
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`flowcollect ${argv[0] ?? ''}: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof SettingsError ? 2 : 1;
  }
}

function exporterCommand(): Command {
  return new Command('exporter')
    .description("account one device's kernel and push its counters, until it is stopped")
    .option('--config <file>', 'the settings file', 'ClientSetting.ini')
    .action(async ({ config }: { config: string }) => {
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => ending.abort());
      }
      await runExporterService({
        path: config,
        output: process.stdout,
        errors: process.stderr,
        signal: ending.signal,
      });
    });
}
