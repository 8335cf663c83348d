import { resolve } from 'node:path';
import { Command } from 'commander';
import { ArgumentError, type Language, translateTo } from '../core/language.ts';
import { describeProblem } from '../core/settings.ts';
import { runCommands, serviceSignals } from '../runtime/command-line.ts';
import { createLogger } from '../runtime/logger.ts';
import { ownCommand, ownInvocation } from '../runtime/own-program.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { SECRET_MODES, writeConfiguration } from './files.ts';
import { readRenderSettings } from './settings.ts';
import { TEXTS } from './texts.ts';
import { usersCommand } from './users/command.ts';
import { watchSettings } from './watch.ts';

/**
 * `flowcollect config render`, `config watch` and `users sync`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const called = ownCommand(ownInvocation(process.env, process.argv[1]));
  return runCommands(argv, ['ServerSetting.ini'], (_say, language) => [
    configCommand(language),
    usersCommand(process.env.FLOWCOLLECT_GRAFANA_PASSWORD, called, language),
  ]);
}

function configCommand(language: Language): Command {
  const translate = translateTo(language);
  const config = new Command('config').description(translate(COMMANDS.config));
  const command = (name: string): Command =>
    config
      .command(name)
      .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
      .requiredOption('--out <folder>', translate(TEXTS.out));
  command('render')
    .description(translate(TEXTS.render))
    .option('--json', translate(TEXTS.json), false)
    .action((options: RenderOptions) => render(options, language));
  command('watch')
    .description(translate(TEXTS.watch))
    .option('--reload <origin...>', translate(TEXTS.reload), [])
    .action(watch);
  return config;
}

interface RenderOptions {
  readonly config: string;
  readonly out: string;
  readonly json: boolean;
}

async function render({ config, out, json }: RenderOptions, language: Language): Promise<void> {
  const { settings, notices } = readRenderSettings(config, await readSettingsText(config));
  for (const notice of notices) process.stderr.write(`${describeProblem(config, notice, language)}\n`);
  const names = await writeConfiguration(settings, resolve(out), SECRET_MODES.owner);
  process.stdout.write(json ? `${JSON.stringify(names, undefined, 2)}\n` : names.map((name) => `${name}\n`).join(''));
}

async function watch({ config, out, reload }: { config: string; out: string; reload: string[] }): Promise<void> {
  for (const origin of reload) {
    if (!URL.canParse(origin)) throw new ArgumentError(TEXTS.badReload(origin));
  }
  const { settings } = readRenderSettings(config, await readSettingsText(config));
  const logger = createLogger('config', settings.server.LogLevel);
  await watchSettings({ config, out, reload, ...serviceSignals(), logger, retryAfter: 2000 });
}
