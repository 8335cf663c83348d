import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeFileAtomic } from './atomic-file.ts';
import { createDiskHealth } from './health.ts';
import { watchFileDescriptors } from './http.ts';
import { createLogger } from './logger.ts';

it('reports the last write: what, where and how to fix it', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'flowcollect-disk-'));
  const folder = join(parent, 'data');
  const disk = createDiskHealth(() => folder, '[server] DataDir');
  const write = () => disk.watch(() => writeFileAtomic(join(folder, 'state.json'), '{}'));
  expect(disk.problem()).toBeUndefined();
  // A file where the folder should be fails for every user, also for one that may write everywhere.
  await writeFile(folder, '');
  await expect(write()).rejects.toThrow();
  expect(disk.problem()).toMatch(
    /^\/.*data cannot be written \(E[A-Z]+\): free the disk, fix the permissions, or move \[server\] DataDir$/,
  );
  await rm(folder);
  await write();
  expect(disk.problem()).toBeUndefined();
  await rm(parent, { recursive: true });
});

it('says that no file descriptor is left, rather than that the disk is full', async () => {
  const disk = createDiskHealth(() => '/data', '[server] DataDir');
  const exhausted = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  await expect(disk.watch(() => Promise.reject(exhausted))).rejects.toBe(exhausted);
  expect(disk.problem()).toMatch(/^\/data cannot be written \(EMFILE\): no file descriptor is left, raise LimitNOFILE/);
});

it('says once that no file descriptor is left, and when there are some again', async () => {
  const lines: string[] = [];
  const codes = ['', 'EMFILE', 'EMFILE', 'ENFILE', '', 'EACCES', 'EMFILE'];
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const task = watchFileDescriptors(
    createLogger('gateway', 'info', { write: (line) => lines.push(line) }),
    { now: () => 0, sleep: () => new Promise(setImmediate) },
    async () => {
      const code = codes.shift();
      if (code === undefined) end();
      if (code) throw Object.assign(new Error(code), { code });
    },
  );
  await ended;
  await task.stop();
  expect(lines.map((line) => JSON.parse(line)).map(({ level, code }) => [level, code])).toEqual([
    ['error', 'EMFILE'],
    ['info', undefined],
    ['error', 'EMFILE'],
    ['info', undefined],
  ]);
});
