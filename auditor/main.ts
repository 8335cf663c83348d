import { Command, CommanderError } from 'commander';
import { SettingsError } from '../core/settings.ts';
import { airportCommand } from './airport-command.ts';
import { auditCommand } from './audit-command.ts';
import { runAuditorService } from './service.ts';

/**
 * `flowcollect auditor`, `flowcollect audit` and `flowcollect airport`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const print = (text: string): void => {
    process.stdout.write(text);
  };
  const program = new Command('flowcollect').exitOverride();
  for (const command of [auditorCommand(), auditCommand(print), airportCommand(print)]) {
    for (const each of [command, ...command.commands]) each.exitOverride();
    program.addCommand(command);
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

function auditorCommand(): Command {
  return new Command('auditor')
    .description('reads the airports, audits, and mails the report, until it is stopped')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .action(async ({ config }: { config: string }) => {
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
      await runAuditorService({ path: config, signal: ending.signal });
    });
}
