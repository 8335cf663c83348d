import { Command } from 'commander';
import { endingSignal, runCommands } from '../runtime/command-line.ts';
import { airportCommand } from './airport-command.ts';
import { auditCommand } from './audit-command.ts';
import { mailCommand } from './mail-command.ts';
import { runAuditorService } from './service.ts';
import { telegramCommand } from './telegram-command.ts';

/**
 * `flowcollect auditor`, `audit`, `airport`, `mail` and `telegram`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const print = (text: string): void => {
    process.stdout.write(text);
  };
  return runCommands(
    [auditorCommand(), auditCommand(print), airportCommand(print), mailCommand(print), telegramCommand(print)],
    argv,
  );
}

function auditorCommand(): Command {
  return new Command('auditor')
    .description('reads the airports, audits, and mails the report, until it is stopped')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .action(async ({ config }: { config: string }) => {
      await runAuditorService({ path: config, signal: endingSignal() });
    });
}
