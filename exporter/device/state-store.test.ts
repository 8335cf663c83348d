import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileOperations } from '../../runtime/atomic-file.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createNodeFiles, nodeFiles } from '../host/node-system.ts';
import { newDevice, type SavedDevice } from './saved-device.ts';
import { statePath } from './state-file.ts';
import { createStateStore, type StateStore } from './state-store.ts';

const HOUR = 3_600_000;
const LONG_AGO = Date.parse('2026-11-23T12:00:00Z');
let folder: string;
let now: number;
let log: string;
/** Bytes written by folder. */
let written: Record<string, number>;
/** A folder whose disk is full. */
let full: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-store-'));
  now = LONG_AGO;
  log = '';
  written = { ram: 0, flash: 0 };
  full = 'none';
});

const files: FileOperations = {
  mkdir,
  rename,
  async open(path, flags, mode) {
    const file = await open(path, flags, mode);
    const place = path.includes('flash') ? 'flash' : 'ram';
    return {
      async writeFile(content) {
        if (place === full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        written[place] = (written[place] ?? 0) + content.length;
        await file.writeFile(content);
      },
      chmod: (mode) => file.chmod(mode),
      chown: (uid, gid) => file.chown(uid, gid),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  },
};

const openStore = (): StateStore =>
  createStateStore({
    folder: () => join(folder, 'ram'),
    copyFolder: () => join(folder, 'flash'),
    owner: 'settings',
    clock: { now: () => now, sleep: async () => {} },
    logger: createLogger('exporter', 'info', { write: (line: string) => (log += line) }),
    files: createNodeFiles(files),
  });

const device = (sequence: number): SavedDevice => ({
  ...newDevice('a', 'http://127.0.0.1:9090', 'one'),
  sequence,
});

describe('a state in RAM', () => {
  it('is copied to flash at most once an hour and at a clean stop, however often it is written', async () => {
    const store = openStore();
    let copies = 0;
    let before = 0;
    // A day of pushes every ten seconds.
    for (let push = 1; push <= 8640; push += 1) {
      now += 10_000;
      if (push % 60 === 0) {
        await store.write(device(push));
        if (written.flash !== before) copies += 1;
        before = written.flash ?? 0;
      }
    }
    expect(copies).toBe(24);
    const one = (written.ram ?? 0) / 144;
    expect(written.flash).toBeLessThan(24 * one * 1.02);
    await store.write(device(9000));
    expect(written.flash).toBe(before);
    await store.close();
    expect(written.flash).toBeGreaterThan(before);
    await rm(join(folder, 'ram'), { recursive: true });
    expect((await openStore().read('a'))?.sequence).toBe(9000);
    expect(log).toContain('going on from its copy');
  });

  it('is read before its copy', async () => {
    const store = openStore();
    await store.write(device(1));
    await store.close();
    await store.write(device(2));
    expect((await openStore().read('a'))?.sequence).toBe(2);
  });

  it('that is damaged is set aside, and its copy is taken', async () => {
    const store = openStore();
    await store.write(device(3));
    await store.close();
    await writeFile(statePath(nodeFiles, join(folder, 'ram'), 'a'), 'garbage');
    expect((await openStore().read('a'))?.sequence).toBe(3);
    expect(log).toContain('was set aside');
    expect((await readdir(join(folder, 'ram'))).filter((name) => !name.endsWith('.lock'))).toHaveLength(1);
  });

  it('starts again and again without a copy each time', async () => {
    for (let start = 0; start < 10; start += 1) {
      const store = openStore();
      now += HOUR / 20;
      await store.write(device(start));
    }
    expect(written.flash).toBe(0);
  });

  it('of a device that got another name is copied at once, since the old name knows nothing of what is pushed', async () => {
    const store = openStore();
    await store.write(device(1));
    await store.write({ ...device(2), deviceId: 'b' });
    await store.write({ ...device(3), deviceId: 'b' });
    await rm(join(folder, 'ram'), { recursive: true });
    expect(await openStore().read('a')).toMatchObject({ deviceId: 'b', sequence: 2 });
  });

  it('whose copy cannot be written anywhere is told at the first write, an hour before the first copy', async () => {
    await writeFile(join(folder, 'flash'), 'a file where the folder should be');
    const store = openStore();
    for (const sequence of [1, 2]) await store.write(device(sequence));
    expect(log.match(/the copy of the state cannot be written; fix \[client\] StateSync/g)).toHaveLength(1);
    expect((await openStore().read('a'))?.sequence).toBe(2);
  });

  it('whose flash is full is told once, and written all the same', async () => {
    full = 'flash';
    const store = openStore();
    for (let hour = 1; hour < 4; hour += 1) {
      now += HOUR;
      await store.write(device(hour));
    }
    expect(log.match(/the copy of the state cannot be written; fix \[client\] StateSync/g)).toHaveLength(1);
    expect(log).toContain('ENOSPC');
    expect((await openStore().read('a'))?.sequence).toBe(3);
  });
});

it('a full disk leaves the last state as it was', async () => {
  const store = openStore();
  await store.write(device(1));
  full = 'ram';
  await expect(store.write(device(2))).rejects.toMatchObject({ code: 'ENOSPC' });
  expect((await openStore().read('a'))?.sequence).toBe(1);
});

describe('what is appended', () => {
  const changesFile = (): string => statePath(nodeFiles, join(folder, 'ram'), 'a').replace(/json$/, 'changes');

  it('is there after a kill, up to the last whole line', async () => {
    const store = openStore();
    await store.write(device(1));
    for (const sequence of [2, 3]) await store.append(() => device(sequence));
    expect((await openStore().read('a'))?.sequence).toBe(3);
    const text = await readFile(changesFile(), 'utf8');
    await writeFile(changesFile(), text.slice(0, -5));
    expect((await openStore().read('a'))?.sequence).toBe(2);
  });

  it('to an earlier state is of no use to a later one', async () => {
    const store = openStore();
    await store.write(device(1));
    await store.append(() => device(2));
    const appended = await readFile(changesFile());
    await store.write(device(9));
    await writeFile(changesFile(), appended);
    expect((await openStore().read('a'))?.sequence).toBe(9);
  });

  it('is nothing where only time has passed', async () => {
    const store = openStore();
    await store.write(device(1));
    const later = device(1);
    await store.append(() => ({ ...later, ledger: { ...later.ledger, at: 5 } }));
    await expect(readFile(changesFile())).rejects.toThrow('ENOENT');
  });
});

describe('states in one folder', () => {
  const storeOf = (owner: string): StateStore =>
    createStateStore({
      folder: () => folder,
      copyFolder: () => undefined,
      owner,
      clock: { now: () => now, sleep: async () => {} },
      logger: createLogger('exporter', 'silent'),
      files: nodeFiles,
    });
  const named = (deviceId: string, sequence: number): SavedDevice => ({ ...device(sequence), deviceId });

  it('are one for each device, whatever order they are written in', async () => {
    const [one, two] = [storeOf('one.ini'), storeOf('two.ini')];
    expect([await one.read('a'), await two.read('b')]).toEqual([undefined, undefined]);
    await one.write(named('a', 1));
    await two.write(named('b', 2));
    await one.write(named('a', 3));
    await Promise.all([one.close(), two.close()]);
    expect(await storeOf('one.ini').read('a')).toMatchObject({ deviceId: 'a', sequence: 3 });
    expect(await storeOf('two.ini').read('b')).toMatchObject({ deviceId: 'b', sequence: 2 });
  });

  it('are known again under another name by the settings that they belong to, and move to it', async () => {
    const store = storeOf('one.ini');
    await store.write(named('a', 1));
    await store.close();
    await storeOf('two.ini').write(named('b', 2));
    const again = storeOf('one.ini');
    expect(await again.read('c')).toMatchObject({ deviceId: 'a', sequence: 1 });
    await again.write(named('c', 4));
    await again.close();
    expect((await readdir(folder)).filter((name) => name.endsWith('.json'))).toHaveLength(2);
    expect(await storeOf('one.ini').read('c')).toMatchObject({ deviceId: 'c', sequence: 4 });
  });

  it('are refused to a second process, which is told who holds them', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
    const held = {
      pid: child.pid,
      process: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19],
      host: hostname(),
      since: new Date().toISOString(),
      text: '/etc/other.ini',
    };
    const lock = `${statePath(nodeFiles, folder, 'a')}.lock`;
    await writeFile(lock, JSON.stringify(held));
    await expect(storeOf('one.ini').read('a')).rejects.toThrow(
      new RegExp(`is held by process ${child.pid} \\(/etc/other\\.ini, since .*another \\[client\\] DeviceID`),
    );
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(await storeOf('one.ini').read('a')).toBeUndefined();
    // A process that got the number since is another one.
    await writeFile(lock, JSON.stringify({ ...held, pid: process.ppid }));
    expect(await storeOf('one.ini').read('a')).toBeUndefined();
  });
});
