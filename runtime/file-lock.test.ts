import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { FileLockError, whileLocked } from './file-lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-lock-'));
  path = join(folder, 'new', 'a.json');
});

/** Works one after the other when no two of them overlap. */
async function overlapping(count: number): Promise<number> {
  let [running, most] = [0, 0];
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
  };
  await Promise.all(Array.from({ length: count }, () => whileLocked(path, work)));
  return most;
}

it('lets one work at a time, and leaves nothing behind, also where the work fails', async () => {
  expect(await overlapping(8)).toBe(1);
  await expect(whileLocked(path, () => Promise.reject(new Error('work')))).rejects.toThrow('work');
  expect(await readdir(join(folder, 'new'))).toEqual([]);
});

it('names the lock where another holds on to it', async () => {
  await whileLocked(path, async () => {
    const attempt = whileLocked(path, async () => undefined, 50);
    await expect(attempt).rejects.toThrow(FileLockError);
    await expect(attempt).rejects.toThrow(`remove ${path}.lock`);
  });
});

it('breaks a lock that a killed process left, once for all who wait', async () => {
  await whileLocked(path, async () => undefined);
  await writeFile(`${path}.lock`, '');
  const long = new Date(Date.now() - 3_600_000);
  await utimes(`${path}.lock`, long, long);
  expect(await overlapping(8)).toBe(1);
});
