import { Command, CommanderError } from 'commander';
import { SettingsError } from '../core/settings.ts';
import { runGatewayService } from './service.ts';
import { tokenCommand } from './token-command.ts';
import { TokenError } from './token-store.ts';

/**
 * `flowcollect gateway` and `flowcollect gateway token add|list|revoke`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  // Options belong to the command they follow: `gateway token list --config …` is the list's.
  const program = new Command('flowcollect').exitOverride().enablePositionalOptions();
  program.addCommand(gatewayCommand().exitOverride());
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`flowcollect gateway: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof SettingsError || error instanceof TokenError ? 2 : 1;
  }
}

function gatewayCommand(): Command {
  const token = tokenCommand(
    (line) => process.stdout.write(`${line}\n`),
    (line) => process.stderr.write(`${line}\n`),
  );
  return new Command('gateway')
    .enablePositionalOptions()
    .addCommand(token)
    .description('the authenticated door in front of Pushgateway, until it is stopped')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .action(async ({ config }: { config: string }) => {
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
      await runGatewayService({ path: config, signal: ending.signal });
    });
}
