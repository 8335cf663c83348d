import { chown, lchown, mkdir, mkdtemp, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
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

it('replaces the content and leaves nothing next to it', async () => {
  const path = join(folder, 'b.json');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, 'two');
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(folder)).toEqual(['b.json']);
});

it('removes what crashes left half written, once it is a minute old, and nothing else', async () => {
  const path = join(folder, 'c.json');
  const left = `${path}.0123456789ab.tmp`;
  for (const name of [left, `${path}.fedcba987654.tmp`, `${path}.tmp`]) await writeFile(name, 'half');
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const name of [left, `${path}.tmp`]) await utimes(name, longAgo, longAgo);
  await writeFileAtomic(path, 'whole');
  expect(await readFile(path, 'utf8')).toBe('whole');
  expect(await readdir(folder)).toEqual(['c.json', 'c.json.fedcba987654.tmp', 'c.json.tmp']);
});

it('leaves nothing behind where it fails', async () => {
  await mkdir(join(folder, 'd.json'));
  await expect(writeFileAtomic(join(folder, 'd.json'), 'x')).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['d.json']);
});

it('writes through no link that is at the file or next to it', async () => {
  const victim = join(folder, 'victim');
  await writeFile(victim, 'precious', { mode: 0o644 });
  const path = join(folder, 'e.json');
  await symlink(victim, path);
  await symlink(victim, `${path}.tmp`);
  await writeFileAtomic(path, 'mine');
  expect(await readFile(victim, 'utf8')).toBe('precious');
  expect(await readFile(path, 'utf8')).toBe('mine');
  // Rights of what a link leads to are no reason to show what is written.
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it.runIf(process.getuid?.() === 0)('does not follow the link of another user to a folder, as root', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'flowcollect-elsewhere-'));
  const link = join(folder, 'data');
  await symlink(elsewhere, link);
  await lchown(link, 12_345, 12_345);
  await expect(writeFileAtomic(join(link, 'f.json'), 'x')).rejects.toMatchObject({ code: 'ELOOP' });
  await expect(makeFolder(join(link, 'g'))).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await readdir(elsewhere)).toEqual([]);
  // One of root's own is a choice of the administrator's.
  await lchown(link, 0, 0);
  await writeFileAtomic(join(link, 'f.json'), 'x');
  expect(await readdir(elsewhere)).toEqual(['f.json']);
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

it.runIf(process.platform === 'linux')(
  'refuses folders below /proc, also by a link, instead of asking for them without end',
  async () => {
    const link = join(await mkdtemp(join(tmpdir(), 'flowcollect-proc-')), 'link');
    await symlink('/proc', link);
    for (const folder of ['/proc/flow', '/proc/flow/state', '/proc/self/flow', join(link, 'flow')]) {
      await expect(writeFileAtomic(join(folder, 'kept.json'), '{}')).rejects.toMatchObject({ code: 'EROFS' });
    }
  },
);
