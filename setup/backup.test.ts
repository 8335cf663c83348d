import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { translateTo } from '../core/language.ts';
import { backupCommand, restoreCommand } from './backup.ts';

let folder: string;
let settings: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-backup-command-'));
  settings = join(folder, 'ServerSetting.ini');
  await writeFile(settings, `[server]\nServerToken = hush\nDataDir = ${join(folder, 'data')}\n`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
});

async function packed(): Promise<string[]> {
  const lines: string[] = [];
  await backupCommand((line) => lines.push(line), { write: () => {} }, translateTo('en')).parseAsync(
    [join(folder, 'backup.tar.gz'), '--config', settings],
    {
      from: 'user',
    },
  );
  return lines.filter((line) => line.startsWith(folder));
}

it('packs the data of the services next to the settings', async () => {
  await mkdir(join(folder, 'data', 'auditor'), { recursive: true });
  expect(await packed()).toEqual([settings, join(folder, 'data')]);
});

it('leaves a folder of that name alone that no service has written to, as /data where the services run in containers', async () => {
  await mkdir(join(folder, 'data', 'photos'), { recursive: true });
  expect(await packed()).toEqual([settings]);
});

it('writes over no earlier backup, and says how much it packed', async () => {
  const lines: string[] = [];
  const file = join(folder, 'backup.tar.gz');
  const pack = () =>
    backupCommand((line) => lines.push(line), { write: () => {} }, translateTo('en')).parseAsync(
      [file, '--config', settings],
      {
        from: 'user',
      },
    );
  await pack();
  expect(lines.at(-1)).toMatch(/^packed: [\d.]+ (B|KiB) in \d+\.\d s$/);
  await expect(pack()).rejects.toThrow(`${file} exists, and no backup is written over it`);
});

it('says that tar is missing', async () => {
  vi.stubEnv('PATH', folder);
  await expect(packed()).rejects.toThrow('backups need the program tar');
});

it('says what cannot be packed', async () => {
  const missing = join(folder, 'missing');
  const command = backupCommand(() => {}, { write: () => {} }, translateTo('en'));
  const attempt = command.parseAsync([join(folder, 'backup.tar.gz'), missing, '--config', settings], { from: 'user' });
  await expect(attempt).rejects.toThrow(`${missing} cannot be packed (ENOENT); check the path and its permissions`);
});

it('says that there is no archive to restore', async () => {
  const missing = join(folder, 'missing.tar.gz');
  const attempt = restoreCommand(() => {}, translateTo('en')).parseAsync([missing], { from: 'user' });
  await expect(attempt).rejects.toThrow(`${missing} cannot be read (ENOENT); check the path and its permissions`);
});
