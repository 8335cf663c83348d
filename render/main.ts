import { resolve } from 'node:path';
import { Command } from 'commander';
import { describeProblem } from '../core/settings.ts';
import { ArgumentError, endingSignal, runCommands } from '../runtime/command-line.ts';
import { createLogger } from '../runtime/logger.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { readRenderSettings } from './settings.ts';
import { usersCommand } from './users/command.ts';
import { watchSettings } from './watch.ts';
import { SECRET_MODES, writeConfiguration } from './write.ts';

/**
 * `flowcollect config render`, `config watch` and `users sync`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const config = new Command('config').description('the configuration of Prometheus, Alertmanager and Grafana');
  const command = (name: string): Command =>
    config
      .command(name)
      .option('--config <file>', 'the settings file', 'ServerSetting.ini')
      .requiredOption('--out <folder>', 'where the files are written');
  command('render')
    .description('write prometheus.yml, alertmanager.yml, rules, templates and dashboards by the settings')
    .action(render);
  command('watch')
    .description('write them now and after each edit of the settings, and have the programs read them, until stopped')
    .option('--reload <origin...>', 'programs to tell, such as http://127.0.0.1:9090', [])
    .action(watch);
  return runCommands([config, usersCommand(process.env.FLOWCOLLECT_GRAFANA_PASSWORD)], argv);
}

async function render({ config, out }: { config: string; out: string }): Promise<void> {
  const { settings, notices } = readRenderSettings(config, await readSettingsText(config));
  for (const notice of notices) process.stderr.write(`${describeProblem(config, notice)}\n`);
  const names = await writeConfiguration(settings, resolve(out), SECRET_MODES.owner);
  process.stdout.write(names.map((name) => `${name}\n`).join(''));
}

async function watch({ config, out, reload }: { config: string; out: string; reload: string[] }): Promise<void> {
  for (const origin of reload) {
    if (!URL.canParse(origin))
      throw new ArgumentError(`--reload ${origin} is no address such as http://127.0.0.1:9090`);
  }
  const signal = endingSignal();
  const { settings } = readRenderSettings(config, await readSettingsText(config));
  const logger = createLogger('config', settings.server.LogLevel);
  await watchSettings({ config, out, reload, signal, logger, retryAfter: 2000 });
}
