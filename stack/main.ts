import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { SettingsError } from '../core/settings.ts';
import { ListenError } from '../runtime/http-listener.ts';
import { createLogger } from '../runtime/logger.ts';
import { ownProgram } from '../runtime/own-program.ts';
import { createScreen } from '../runtime/screen.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { BinariesError } from './binaries.ts';
import { KernelRefusedError } from './kernel-choice.ts';
import { installationOf } from './layout.ts';
import { ProcessError } from './process.ts';
import { AuditFailedError } from './report.ts';
import { runStack } from './run-stack.ts';
import { readServerSide } from './settings.ts';

/** `flowcollect stack`: the whole system on this machine, until Ctrl-C. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const { config, client, exitAfterReport } = parseArguments(argv);
    const [serverPath, clientPath] = [resolve(config), resolve(client)];
    const serverExists = existsSync(serverPath);
    const side = readServerSide(serverPath, serverExists ? await readSettingsText(serverPath) : '');
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
    const environment: Record<string, string> = Object.fromEntries(
      Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    await runStack({
      installation: installationOf(ownProgram(process.execPath, process.argv[1]), environment),
      side,
      own: { serverPath, serverExists, clientPath },
      clientExists: existsSync(clientPath),
      exitAfterReport,
      signal: ending.signal,
      screen: createScreen(process.stdout),
      logger: createLogger('stack', side.server.LogLevel),
      environment,
      clock: Date.now,
    });
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof SettingsError) return fail(error, 2);
    if (EXPECTED.some((kind) => error instanceof kind)) return fail(error as Error, 1);
    throw error;
  }
}

const EXPECTED = [BinariesError, KernelRefusedError, ListenError, ProcessError, AuditFailedError];

function fail(error: Error, exitCode: number): number {
  process.stderr.write(`flowcollect stack: ${error.message}\n`);
  return exitCode;
}

interface StackArguments {
  readonly config: string;
  readonly client: string;
  readonly exitAfterReport: boolean;
}

function parseArguments(argv: readonly string[]): StackArguments {
  const command = new Command('flowcollect stack')
    .description(
      'Starts the whole system on this machine: the kernel of ClientSetting.ini if it answers, else a simulated one.',
    )
    .option(
      '--config <file>',
      'settings of the server side; defaults apply where it does not exist',
      'ServerSetting.ini',
    )
    .option('--client <file>', 'settings of the device side; without it the demo runs', 'ClientSetting.ini')
    .option('--exit-after-report', 'end after the first report', false)
    .exitOverride();
  return command.parse(argv.slice(1), { from: 'user' }).opts<StackArguments>();
}
