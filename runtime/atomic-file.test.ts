import { chown, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { makeFolder, readFileIfExists, writeFileAtomic } from './atomic-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-atomic-'));
});

it('writes a file, its folder included, readable by its owner only', async () => {
  const path = join(folder, 'a', 'b.json');
  await writeFileAtomic(path, 'one');
  expect(await readFile(path, 'utf8')).toBe('one');
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('replaces the content and leaves nothing beside it', async () => {
  const path = join(folder, 'b.json');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, 'two');
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(folder)).toEqual(['b.json']);
});

it('is not confused by what a crash left half written', async () => {
  const path = join(folder, 'c.json');
  await writeFile(`${path}.tmp`, 'half and much longer than what comes');
  await writeFileAtomic(path, 'whole');
  expect(await readFile(path, 'utf8')).toBe('whole');
});

it('belongs to whom the folder belongs, also where root writes into the folder of a service', async () => {
  const isRoot = process.getuid?.() === 0;
  const { uid } = isRoot ? { uid: 12_345 } : await stat(folder);
  if (isRoot) await chown(folder, uid, uid);
  await writeFileAtomic(join(folder, 'a.json'), 'one');
  await writeFileAtomic(join(folder, 'new', 'b.json'), 'two');
  for (const name of ['a.json', 'new', 'new/b.json']) expect((await stat(join(folder, name))).uid).toBe(uid);
  // What was there goes on belonging to whom it belonged.
  await mkdir(join(folder, 'old'));
  const before = (await stat(join(folder, 'old'))).uid;
  await makeFolder(join(folder, 'old'));
  expect((await stat(join(folder, 'old'))).uid).toBe(before);
});

it('reads a file that is not there as undefined', async () => {
  expect(await readFileIfExists(join(folder, 'none'))).toBeUndefined();
});
