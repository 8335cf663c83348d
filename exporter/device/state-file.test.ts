import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../host/node-system.ts';
import { newDevice } from './saved-device.ts';
import { readState, statePath, writeState } from './state-file.ts';

const NOW = Date.parse('2026-11-23T12:34:56.789Z');
const device = { ...newDevice('客厅', 'http://127.0.0.1:9097', 'abc'), sequence: 7 };
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-state-'));
  path = statePath(nodeFiles, folder, '客厅');
});

describe('a state file', () => {
  it('gives back what was written', async () => {
    await writeState(nodeFiles, path, device, 'settings');
    expect(await readState(nodeFiles, path, NOW)).toEqual({
      kind: 'found',
      value: JSON.parse(JSON.stringify(device)),
    });
    expect(await readdir(folder)).toEqual([basename(path)]);
  });

  it('is none before the first write', async () => {
    expect(await readState(nodeFiles, path, NOW)).toEqual({ kind: 'none' });
  });

  it.each([
    ['an empty file', () => '', 'its first line is not JSON'],
    ['a cut file', (text: string) => text.slice(0, -40), 'its checksum does not match'],
    ['an edited file', (text: string) => text.replace('"sequence":7', '"sequence":8'), 'its checksum does not match'],
    [
      'another version',
      (text: string) => text.replace('"version":2', '"version":0'),
      'it has version 0 and this program',
    ],
    ['something else', () => '{"a":1}\n', 'it is not a flowcollect-exporter-state'],
    ['null', () => 'null\n', 'it is not a flowcollect-exporter-state'],
  ])('sets %s aside and says why', async (_, damage, reason) => {
    await writeState(nodeFiles, path, device, 'settings');
    const damaged = damage(await readFile(path, 'utf8'));
    await writeFile(path, damaged);
    const read = await readState(nodeFiles, path, NOW);
    expect(read).toMatchObject({ kind: 'set_aside', reason: expect.stringContaining(reason) });
    expect(await readdir(folder)).toEqual([`${basename(path)}.corrupt-20261123T123456789Z`]);
    expect(await readState(nodeFiles, path, NOW)).toEqual({ kind: 'none' });
  });

  it('is read without what was appended to it where a folder stands in that place, which is set aside and told', async () => {
    await writeState(nodeFiles, path, device, 'settings');
    const changes = path.replace('.json', '.changes');
    await mkdir(changes);
    const told: string[][] = [];
    const read = await readState(nodeFiles, path, NOW, (...what) => void told.push(what));
    expect(read).toMatchObject({ kind: 'found', value: { sequence: 7 } });
    expect(told).toEqual([[changes, 'it is not a file', `${changes}.corrupt-20261123T123456789Z`]]);
    expect((await readdir(folder)).sort()).toEqual([
      basename(`${changes}.corrupt-20261123T123456789Z`),
      basename(path),
    ]);
  });

  it('sets a folder in its place aside and says why', async () => {
    await mkdir(path);
    expect(await readState(nodeFiles, path, NOW)).toMatchObject({ kind: 'set_aside', reason: 'it is not a file' });
    await writeState(nodeFiles, path, device, 'settings');
    expect(await readState(nodeFiles, path, NOW)).toMatchObject({ kind: 'found' });
  });
});
