import { Command } from 'commander';
import { endingSignal, runCommands } from '../runtime/command-line.ts';
import { runGatewayService } from './service.ts';
import { tokenCommand } from './token-command.ts';

/**
 * `flowcollect gateway` and `flowcollect gateway token add|list|revoke`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  return runCommands([gatewayCommand()], argv);
}

function gatewayCommand(): Command {
  const token = tokenCommand(
    (line) => process.stdout.write(`${line}\n`),
    (line) => process.stderr.write(`${line}\n`),
  );
  return new Command('gateway')
    .addCommand(token)
    .description('the authenticated door in front of Pushgateway, until it is stopped')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .action(async ({ config }: { config: string }) => {
      await runGatewayService({ path: config, signal: endingSignal() });
    });
}
