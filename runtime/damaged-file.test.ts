import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOrSetAside, DamagedFileError, type OrSetAside, readUndamaged } from './atomic-file.ts';
import { createDiskHealth, type DiskHealth } from './disk-health.ts';
import { createLogger } from './logger.ts';

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
afterEach(() => rm(folder, { recursive: true, force: true }));

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
