import { chmod, chown, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { SettingsError, SettingsReader } from '../core/settings.ts';
import { createLogger } from './logger.ts';
import type { Reload } from './reload.ts';
import { changeSettingsText, openSettings, readSettingsText, writeSettingsText } from './settings-file.ts';

const parse = (file: string, text: string) => {
  const reader = new SettingsReader(file, text);
  return reader.finish(reader.section('client', z.object({ DeviceID: z.string() })));
};

let path: string;
let lines: string[];
let opened: Reload<{ DeviceID: string }> | undefined;
const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'flowcollect-settings-')), 'ClientSetting.ini');
  lines = [];
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

describe('openSettings', () => {
  it('reads the file, then follows its edits and names what they changed', async () => {
    await writeFile(path, '[client]\nDeviceID = a');
    opened = await openSettings({ path, parse, logger });
    const seen: string[] = [];
    opened.follow(async (settings) => void seen.push(`${opened?.current().DeviceID}→${settings.DeviceID}`));
    await writeFile(path, '[client]\nDeviceID = b');
    await vi.waitFor(() => expect(seen).toEqual(['a→b']), 5000);
    await vi.waitFor(() => expect(lines.join()).toContain('"changed":["[client] DeviceID"]'));
    expect(opened.current().DeviceID).toBe('b');
  });

  it('keeps the last good settings after a bad edit, says why in the language that is set, and recovers', async () => {
    await writeFile(path, '[client]\nDeviceID = a');
    const file = await openSettings({ path, parse, logger });
    opened = file;
    file.follow(async () => {});
    await writeFile(path, '[client]\nDeviceID\nLanguage = en');
    await vi.waitFor(() => expect(file.last().successful).toBe(false), 5000);
    expect(file.current().DeviceID).toBe('a');
    expect(lines.join()).toContain('ClientSetting.ini:2: expected');
    await writeFile(path, '[client]\nDeviceID = a');
    await vi.waitFor(() => expect(lines.at(-1)).toContain('settings reloaded'), 5000);
    expect(file.last().successful).toBe(true);
    await writeFile(path, '[client]\nDeviceID = c');
    await vi.waitFor(() => expect(file.current().DeviceID).toBe('c'), 5000);
  });

  it('refuses to start without the file and says how to begin', async () => {
    const open = () => openSettings({ path, parse, logger });
    await expect(open()).rejects.toThrow(/does not exist; let flowcollect init/);
    await expect(open()).rejects.toBeInstanceOf(SettingsError);
  });
});

it.skipIf(process.getuid?.() !== 0)(
  'leaves a file that root changes to whom it belongs, with its permissions',
  async () => {
    // As on Debian: the folder is root's, the file is the service's.
    await writeFile(path, '[client]\nDeviceID = a');
    await chown(path, 0, 12_345);
    await chmod(path, 0o640);
    await changeSettingsText(path, (text) => text.replace('= a', '= b'));
    const { uid, gid, mode } = await stat(path);
    expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 0, gid: 12_345, mode: 0o640 });
    await chown(path, 12_346, 12_345);
    const umask = process.umask(0o077);
    try {
      await writeSettingsText(path, '[client]\nDeviceID = c');
    } finally {
      process.umask(umask);
    }
    const after = await stat(path);
    expect([after.uid, after.gid, after.mode & 0o777]).toEqual([12_346, 12_345, 0o640]);
    expect(await readSettingsText(path)).toContain('= c');
  },
);

it('reads GBK where the file is not UTF-8', async () => {
  await writeFile(path, Buffer.from([0xbf, 0xcd, 0xcc, 0xfc]));
  expect(await readSettingsText(path)).toBe('客厅');
});

it('reads UTF-16 as PowerShell writes it', async () => {
  await writeFile(path, Buffer.from('\ufeff[client]\r\nDeviceID = 客厅\r\n', 'utf16le'));
  expect(await readSettingsText(path)).toBe('[client]\r\nDeviceID = 客厅\r\n');
});

it('says what a folder needs that takes no settings', async () => {
  // A file where the folder should be: refused to everybody, root among them.
  const inFile = join(path, 'ServerSetting.ini');
  await writeFile(path, '');
  await expect(writeSettingsText(inFile, '[server]\n')).rejects.toThrow(
    `${inFile}: cannot be written (ENOTDIR): run this as a user who may write to its folder`,
  );
});
