import { chown, lchown, mkdir, mkdtemp, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createOrSetAside,
  DamagedFileError,
  makeFolder,
  type OrSetAside,
  readFileIfExists,
  readUndamaged,
  writeFileAtomic,
} from './atomic-file.ts';
import { createDiskHealth, type DiskHealth } from './health.ts';
import { createLogger } from './logger.ts';

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
  await writeFileAtomic(join(folder, 'new', 'within', 'b.json'), 'two');
  for (const name of ['a.json', 'new', 'new/within', 'new/within/b.json'])
    expect((await stat(join(folder, name))).uid).toBe(uid);
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

describe('what is damaged', () => {
  const NOW = Date.parse('2026-11-23T12:34:56.789Z');
  let folder: string;
  let path: string;
  let lines: string[];
  let disk: DiskHealth;
  let orSetAside: OrSetAside;
  const read = (): Promise<number | undefined> =>
    readUndamaged(path, (text) => {
      if (text !== 'seven') throw new Error('it is not seven');
      return 7;
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowcollect-damaged-'));
    [path, lines] = [join(folder, 'kept.json'), []];
    disk = createDiskHealth(() => folder, '[server] DataDir');
    orSetAside = createOrSetAside(
      () => NOW,
      disk,
      createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
    );
  });

  it('reads what is whole, and nothing where there is none', async () => {
    expect(await orSetAside(read)).toBeUndefined();
    await writeFile(path, 'seven');
    expect(await orSetAside(read)).toBe(7);
    expect([lines, disk.health()]).toEqual([[], { status: 'ok' }]);
  });

  it.each([
    ['a damaged file', () => writeFile(path, 'sev'), 'it is not seven'],
    ['an empty file', () => writeFile(path, ''), 'it is not seven'],
    ['a folder in place of a file', () => mkdir(join(path, 'inside'), { recursive: true }), 'it is not a file'],
  ])('sets %s aside, and says where it is and why in the log and in /healthz', async (_, damage, reason) => {
    await damage();
    await expect(read()).rejects.toThrow(DamagedFileError);
    expect(await Promise.all([orSetAside(read), orSetAside(read)])).toEqual([undefined, undefined]);
    const movedTo = `${path}.corrupt-20261123T123456789Z`;
    expect(await readdir(folder)).toEqual(['kept.json.corrupt-20261123T123456789Z']);
    expect(lines.map((line) => JSON.parse(line))).toEqual([expect.objectContaining({ path, reason, movedTo })]);
    expect(disk.health()).toEqual({
      status: 'degraded',
      problem: expect.stringContaining(`${path} (${reason}) as ${movedTo}`),
    });
  });

  it('leaves a file alone that could not be read', async () => {
    await writeFile(path, 'seven');
    const exhausted = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    await expect(orSetAside(() => Promise.reject(exhausted))).rejects.toBe(exhausted);
    expect(await readFile(path, 'utf8')).toBe('seven');
  });
});
