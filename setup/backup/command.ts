import { basename, dirname, join, parse, resolve } from 'node:path';
import { Command } from 'commander';
import type { Translate } from '../../core/language.ts';
import { readServerSection } from '../../core/server-settings.ts';
import { SettingsReader } from '../../core/settings.ts';
import { VERSION } from '../../core/version.ts';
import { readSettingsText } from '../../runtime/settings-file.ts';
import { TEXTS } from '../texts.ts';
import { exists, restoreBackup, writeBackup } from './archive.ts';

/** Where services that `flowcollect service install` started keep their data. */
const STATE_FOLDERS = ['/var/lib/flowcollect-gateway', '/var/lib/flowcollect-auditor'];

/** `flowcollect backup FILE [PATH…]`. */
export function backupCommand(print: (line: string) => void, translate: Translate): Command {
  return new Command('backup')
    .description(translate(TEXTS.backup))
    .argument('<file>', translate(TEXTS.backupFile))
    .argument('[path...]', translate(TEXTS.backupMore))
    .option('--config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .action(async (file: string, more: readonly string[], { config }: { config: string }) => {
      const paths = [resolve(config), ...more.map((path) => resolve(path))];
      const data = await dataFolder(config);
      for (const folder of [...((await isOurs(data)) ? [data] : []), ...STATE_FOLDERS])
        if (await exists(folder)) paths.push(folder);
      await writeBackup(resolve(file), paths, VERSION);
      for (const path of paths) print(path);
    });
}

/** `flowcollect restore FILE`. */
export function restoreCommand(print: (line: string) => void, translate: Translate): Command {
  return new Command('restore')
    .description(translate(TEXTS.restore))
    .argument('<file>', translate(TEXTS.restoreFile))
    .option('--into <folder>', translate(TEXTS.restoreInto))
    .option('--replace', translate(TEXTS.restoreReplace))
    .action(async (file: string, { into, replace }: { into?: string; replace?: true }) => {
      const place = into === undefined ? parse(resolve(file)).root : resolve(into);
      for (const path of await restoreBackup(file, { into: place, replace: replace === true })) print(path);
    });
}

/** Whether a service has its data there: the DataDir of containers names a folder that may be another's on the machine. */
async function isOurs(folder: string): Promise<boolean> {
  return (await exists(join(folder, 'gateway'))) || (await exists(join(folder, 'auditor')));
}

/** Where `[server] DataDir` leads. @throws SettingsError */
async function dataFolder(config: string): Promise<string> {
  const reader = new SettingsReader(basename(config), await readSettingsText(config));
  const { settings } = reader.finish(readServerSection(reader));
  return resolve(dirname(resolve(config)), settings.DataDir);
}
