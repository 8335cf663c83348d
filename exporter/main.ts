import { Command, CommanderError } from 'commander';
import { SettingsError } from '../core/settings.ts';
import { replayCommand } from './replay/command.ts';
import { runExporterService } from './service.ts';

/**
 * `flowcollect exporter` and `flowcollect replay`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('flowcollect').exitOverride();
  program.addCommand(replayCommand((text) => process.stdout.write(`${text}\n`)).exitOverride());
  program.addCommand(exporterCommand().exitOverride());
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
