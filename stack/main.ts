import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { type Language, translateTo } from '../core/language.ts';
import { runCommands, serviceSignals } from '../runtime/command-line.ts';
import { createLogger } from '../runtime/logger.ts';
import { ownProgram } from '../runtime/own-program.ts';
import { createScreen, screenOutput } from '../runtime/screen.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { installationOf } from './layout.ts';
import { runStack } from './run-stack.ts';
import { readServerSide } from './settings.ts';
import { TEXTS } from './texts.ts';

/** `flowcollect stack`: the whole system on this machine, until Ctrl-C. */
export async function run(argv: readonly string[]): Promise<number> {
  return runCommands(argv, ['ServerSetting.ini'], (_say, language) => [stackCommand(language)]);
}

interface StackOptions {
  readonly config: string;
  readonly client?: string;
  readonly exitAfterReport: boolean;
}

function stackCommand(language: Language): Command {
  const translate = translateTo(language);
  return new Command('stack')
    .description(translate(TEXTS.stack))
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .option('--client <file>', translate(TEXTS.client))
    .option('--exit-after-report', translate(TEXTS.exitAfterReport), false)
    .action((options: StackOptions) => start(options, language));
}

async function start({ config, client, exitAfterReport }: StackOptions, language: Language): Promise<void> {
  const serverPath = resolve(config);
  const clientPath = client === undefined ? join(dirname(serverPath), 'ClientSetting.ini') : resolve(client);
  const serverExists = existsSync(serverPath);
  const side = readServerSide(serverPath, serverExists ? await readSettingsText(serverPath) : '');
  const environment: Record<string, string> = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  await runStack({
    installation: installationOf(ownProgram(process.execPath, process.argv[1]), environment),
    // Its services speak the same language.
    side: { ...side, server: { ...side.server, Language: language } },
    own: { serverPath, serverExists, clientPath },
    clientExists: existsSync(clientPath),
    exitAfterReport,
    ...serviceSignals(),
    screen: createScreen(screenOutput(process.stdout, process.env.TERM)),
    logger: createLogger('stack', side.server.LogLevel),
    environment,
    clock: Date.now,
  });
}
