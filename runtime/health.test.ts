import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeFileAtomic } from './atomic-file.ts';
import { checkedText, createDiskHealth, readCheckedText } from './health.ts';
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

const FORMAT = { format: 'a-format', version: 3 };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const anyBody = fc.json();

it('gives back a checked text as it was given', () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      expect(readCheckedText(FORMAT, checkedText(FORMAT, body, sha256), sha256)).toEqual({ ok: true, body });
    }),
  );
});

it('tells every checked text that was cut or in which a character was changed', () => {
  fc.assert(
    fc.property(anyBody, fc.nat(), fc.boolean(), (body, seed, cut) => {
      const text = checkedText(FORMAT, body, sha256);
      // The line break at the end may be missing: nothing is lost with it.
      const at = seed % (text.length - 1);
      const damaged = cut ? text.slice(0, at) : `${text.slice(0, at)}\u0001${text.slice(at + 1)}`;
      expect(readCheckedText(FORMAT, damaged, sha256)).toMatchObject({ ok: false });
    }),
  );
});
