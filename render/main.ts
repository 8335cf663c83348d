import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { describeProblem } from '../core/settings.ts';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import { runCommands } from '../runtime/command-line.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { dashboardFiles, serverFiles } from './files.ts';
import { readRenderSettings } from './settings.ts';

/**
 * `flowcollect config render`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const config = new Command('config').description('the configuration of Prometheus, Alertmanager and Grafana');
  config
    .command('render')
    .description('write prometheus.yml, alertmanager.yml, rules, templates and dashboards by the settings')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .requiredOption('--out <folder>', 'where the files are written')
    .action(render);
  return runCommands([config], argv);
}

async function render({ config, out }: { config: string; out: string }): Promise<void> {
  const { settings, notices } = readRenderSettings(config, await readSettingsText(config));
  for (const notice of notices) process.stderr.write(`${describeProblem(config, notice)}\n`);
  const folder = resolve(out);
  for (const { name, content, secret } of [...serverFiles(settings, folder), ...dashboardFiles(settings)]) {
    await writeFileAtomic(join(folder, name), content, secret ? 0o600 : 0o644);
    process.stdout.write(`${name}\n`);
  }
}
