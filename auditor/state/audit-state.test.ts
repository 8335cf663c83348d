import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { DamagedFileError } from '../../runtime/atomic-file.ts';
import { closedWindow } from '../../test/windows.ts';
import { advance } from '../airport/cycle.ts';
import { EMPTY_STATE, readAuditState, withAirport, writeAuditState } from './audit-state.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-state-'));
});

it('begins empty and comes back as it was written, whatever airports are called', async () => {
  const path = join(folder, 'auditor', 'state.json');
  expect(await readAuditState(path)).toEqual(EMPTY_STATE);
  const reading = {
    at: 1,
    upload: null,
    download: 2,
    used: 2,
    quota: null,
    unlimited: true,
    expiry: null,
    reset: null,
    precision: 0,
    reasons: [{ code: 'quota_unlimited' as const }, { code: 'figure_missing' as const, detail: 'upload' }],
  };
  const { meter } = advance(undefined, reading, false);
  const named = withAirport(EMPTY_STATE, 'constructor', {});
  const state = withAirport({ ...withAirport(named, '__proto__', {}), reportedDay: 5 }, 'a.yaml', {
    anchor: { reading, mark: meter.mark },
    latest: reading,
    meter,
    observations: [{ at: 1, billed: 0, expected: 0, whole: true, leak: false, change: null, resets: 0, hidden: 0 }],
    windows: [
      closedWindow(0, { bill: { high: null } }),
      closedWindow(1, {
        changed: 5,
        reported: { daily: { low: 200, likely: 300, high: 400 }, share: 0.05 },
        lacking: true,
      }),
    ],
  });
  await writeAuditState(path, state);
  const read = await readAuditState(path);
  expect(read).toEqual(state);
  expect([...read.airports.keys()]).toEqual(['constructor', '__proto__', 'a.yaml']);
});

it.each([
  ['that is not JSON', () => '{'],
  ['of something else', () => '[]\n'],
  ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
  ['that was cut', (text: string) => text.slice(0, -9)],
  ['in which one digit was changed', (text: string) => text.replace('"reportedDay":5', '"reportedDay":6')],
])('names a file %s as damaged', async (_, damage) => {
  const path = join(folder, 'state.json');
  await writeAuditState(path, { ...EMPTY_STATE, reportedDay: 5 });
  await writeFile(path, damage(await readFile(path, 'utf8')));
  await expect(readAuditState(path)).rejects.toThrow(DamagedFileError);
  await expect(readAuditState(path)).rejects.toThrow(/state\.json .*move it away to start again/);
});
