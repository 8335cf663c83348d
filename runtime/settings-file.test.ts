import { copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { SettingsError, SettingsReader } from '../core/settings.ts';
import { createLogger } from './logger.ts';
import { openSettingsFile, readSettingsText, type SettingsFile, writeSettingsText } from './settings-file.ts';

const parse = (file: string, text: string) => {
  const reader = new SettingsReader(file, text);
  return reader.finish(reader.section('client', z.object({ DeviceID: z.string() })));
};

let path: string;
let lines: string[];
let opened: SettingsFile<{ DeviceID: string }> | undefined;
const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'flowcollect-settings-')), 'ClientSetting.ini');
  lines = [];
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

describe('openSettingsFile', () => {
  it('reads the file, then follows its edits', async () => {
    await writeFile(path, '[client]\nDeviceID = a');
    opened = await openSettingsFile(path, parse, logger);
    const seen: string[] = [];
    opened.onChange((settings, previous) => seen.push(`${previous.DeviceID}→${settings.DeviceID}`));
    await writeFile(path, '[client]\nDeviceID = b');
    await vi.waitFor(() => expect(seen).toEqual(['a→b']), 5000);
    expect(opened.current().DeviceID).toBe('b');
    expect(lines.join()).toContain('"changed":["[client] DeviceID"]');
  });

  it('keeps the last good settings after a bad edit, says why, and recovers', async () => {
    await writeFile(path, '[client]\nDeviceID = a');
    opened = await openSettingsFile(path, parse, logger);
    const file = opened;
    await writeFile(path, '[client]\nDeviceID\nLanguage = en');
    await vi.waitFor(() => expect(file.lastReloadSuccessful()).toBe(false), 5000);
    expect(file.current().DeviceID).toBe('a');
    expect(lines.join()).toContain('ClientSetting.ini:2: expected');
    await writeFile(path, '[client]\nDeviceID = a');
    await vi.waitFor(() => expect(lines.at(-1)).toContain('settings are as they were'));
    expect(file.lastReloadSuccessful()).toBe(true);
    await writeFile(path, '[client]\nDeviceID = c');
    await vi.waitFor(() => expect(file.lastReloadSuccessful()).toBe(true), 5000);
    await vi.waitFor(() => expect(file.current().DeviceID).toBe('c'), 5000);
  });

  it('follows a file elsewhere through a link, written over by another program', async () => {
    const elsewhere = join(dirname(path), 'run');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'ClientSetting.ini'), '[client]\nDeviceID = a');
    await symlink(join(elsewhere, 'ClientSetting.ini'), path);
    opened = await openSettingsFile(path, parse, logger);
    const file = opened;
    await writeFile(join(dirname(path), 'edited.ini'), '[client]\nDeviceID = b');
    await copyFile(join(dirname(path), 'edited.ini'), join(elsewhere, 'ClientSetting.ini'));
    await vi.waitFor(() => expect(file.current().DeviceID).toBe('b'), 5000);
  });

  it('follows a file that an editor replaces, and survives its removal', async () => {
    await writeFile(path, '[client]\nDeviceID = a');
    opened = await openSettingsFile(path, parse, logger);
    const file = opened;
    await writeFile(`${path}.new`, '[client]\nDeviceID = b');
    await rename(`${path}.new`, path);
    await vi.waitFor(() => expect(file.current().DeviceID).toBe('b'), 5000);
    await rm(path);
    await vi.waitFor(() => expect(file.lastReloadSuccessful()).toBe(false), 5000);
    expect(file.current().DeviceID).toBe('b');
  });

  it('refuses to start without the file and says how to begin', async () => {
    await expect(openSettingsFile(path, parse, logger)).rejects.toThrow(/does not exist; let flowcollect init/);
    await expect(openSettingsFile(path, parse, logger)).rejects.toBeInstanceOf(SettingsError);
  });
});

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
    `${inFile}: cannot be written (ENOTDIR); its folder must let`,
  );
});
