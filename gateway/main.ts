import { Command, CommanderError } from 'commander';
import { SettingsError } from '../core/settings.ts';
import { runGatewayService } from './service.ts';

/**
 * `flowcollect gateway`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('flowcollect').exitOverride();
  program.addCommand(gatewayCommand().exitOverride());
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`flowcollect gateway: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof SettingsError ? 2 : 1;
  }
}

function gatewayCommand(): Command {
  return new Command('gateway')
    .description('the authenticated door in front of Pushgateway, until it is stopped')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .action(async ({ config }: { config: string }) => {
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
      await runGatewayService({ path: config, signal: ending.signal });
    });
}
