import { Command } from 'commander';
import { systemClock } from '../runtime/clock.ts';
import { endingSignal, runCommands } from '../runtime/command-line.ts';
import { keepHeapSmall } from '../runtime/small-heap.ts';
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
  return runCommands([exporterCommand(), replayCommand(print), doctorCommand(print, systemClock)], argv);
}

function exporterCommand(): Command {
  return new Command('exporter')
    .description("account one device's kernel and push its counters, until it is stopped")
    .option('--config <file>', 'the settings file', 'ClientSetting.ini')
    .action(async ({ config }: { config: string }) => {
      // It shares a router's or a phone's memory with everything else there.
      keepHeapSmall();
      await runExporterService({
        path: config,
        output: process.stdout,
        errors: process.stderr,
        signal: endingSignal(),
      });
    });
}
