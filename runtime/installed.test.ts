import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommands } from './command-line.ts';
import { type Installation, installedService, serviceOf } from './installed.ts';

let folder: string;
let installation: Installation;
const here = process.cwd();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-installed-'));
  installation = { settings: join(folder, 'etc'), units: join(folder, 'units'), data: join(folder, 'var') };
  for (const made of Object.values(installation)) await mkdir(made);
  await mkdir(join(folder, 'here'));
  process.chdir(join(folder, 'here'));
});
afterEach(async () => {
  process.chdir(here);
});

/** What `show` is told: its settings file, and the language that it speaks. */
async function told(...argv: string[]): Promise<{ config: string; language: string }> {
  let given = { config: '', language: '' };
  const commands = (_: unknown, language: string): Command[] => [
    new Command('show')
      .option('-c, --config <file>', '', 'ServerSetting.ini')
      .action(({ config }: { config: string }) => {
        given = { config, language };
      }),
  ];
  expect(await runCommands(['show', ...argv], ['ServerSetting.ini'], commands, undefined, installation)).toBe(0);
  return given;
}

it('reads the settings that are named, else those here, else those that are installed', async () => {
  const installed = join(installation.settings, 'ServerSetting.ini');
  expect((await told()).config).toBe('ServerSetting.ini');
  await writeFile(installed, '[server]\nLanguage = en\n');
  expect(await told()).toEqual({ config: installed, language: 'en' });
  expect((await told('--config', 'other.ini')).config).toBe('other.ini');
  await writeFile('other.ini', '[server]\nLanguage = en\n');
  expect(await told('-c', 'other.ini')).toEqual({ config: 'other.ini', language: 'en' });
  await writeFile('ServerSetting.ini', '[server]\n');
  expect(await told()).toEqual({ config: 'ServerSetting.ini', language: 'zh' });
});

it('knows what a service of the system goes by, and leaves those of one user alone', async () => {
  const unit = join(installation.units, 'flowcollect-gateway.service');
  expect(await installedService('gateway', installation)).toBeUndefined();
  await writeFile(unit, '[Service]\nExecStart=flowcollect gateway --config /home/me/ServerSetting.ini\n');
  expect(await installedService('gateway', installation)).toBeUndefined();
  await writeFile(unit, '[Service]\nLoadCredential=settings:/etc/100%% mine/ServerSetting.ini\n');
  const data = join(installation.data, 'flowcollect-gateway');
  expect(await installedService('gateway', installation)).toEqual({
    settings: '/etc/100% mine/ServerSetting.ini',
    folder: data,
  });
  expect(await serviceOf('gateway', join(data, 'ServerSetting.ini'), installation)).toMatchObject({ folder: data });
  await expect(serviceOf('gateway', 'ServerSetting.ini', installation)).rejects.toThrow('nothing was done');
});
