import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { closedWindow, DAY, days, GB, shareOf, usedOn } from '../../test/windows.ts';
import { type Amendment, addAmendment, amendmentsOf, readAmendments } from '../amend/amendments.ts';
import { readAuditorConfig } from '../config.ts';
import { EMPTY_STATE, withAirport } from '../state/audit-state.ts';
import type { NodeBytes, UsageReader } from '../usage/window-use.ts';
import { reaudit } from './reaudit.ts';

/** A day of account in Shanghai. */
const FROM = Date.parse('2026-11-22T23:55:00+08:00');
const TO = Date.parse('2026-11-23T23:55:00+08:00');

const { settings: config } = readAuditorConfig(
  'ServerSetting.ini',
  '[server]\nSubUrls = ["a"]="https://a.example", ["b"]="https://b.example"',
  '/',
);
const node = (name: string, gigabytes: number): NodeBytes => ({
  node: name,
  provider: 'a',
  bytes: gigabytes * GB,
  uncounted: 0,
  checks: 0,
});
const usageOf = (...carried: NodeBytes[]): UsageReader => ({
  async window(user, from) {
    const device = { user, device: '手机', lastPush: TO, isNew: false };
    const proxyNodes = from < FROM ? [] : carried;
    return { proxyNodes, edgeNodes: [], tails: [], unattributed: 0, lost: 0, devices: [device] };
  },
  ofDevice: async () => [],
});
const share = (bytes: number) => shareOf(bytes, { node: 'HK', provider: 'a', stated: false });
/** Two weeks on which all was well, of whose samples none are kept. */
const before = days(14, (day) =>
  closedWindow(day, {
    from: FROM - (14 - day) * DAY,
    to: FROM - (13 - day) * DAY,
    nodes: [share(usedOn(day))],
    regime: FROM - 14 * DAY,
  }),
);
const leak = closedWindow(0, {
  from: FROM,
  to: TO,
  nodes: [share(10 * GB)],
  billed: 20 * GB,
  kind: 'leak',
  regime: FROM - 14 * DAY,
});
const state = withAirport(EMPTY_STATE, 'a', { windows: [...before, leak] });
const windowAfter = async (usage: UsageReader, ...amendments: Amendment[]) => {
  const result = await reaudit(usage, config, state, amendmentsOf(amendments));
  return result.state.airports.get('a')?.windows.at(-1);
};

describe('a leak of the past', () => {
  it('stands while nothing that was amended explains it', async () => {
    const amended = await windowAfter(usageOf(node('HK', 10)), { kind: 'node', node: 'JP', airport: 'b' });
    expect(amended?.kind).toBe('leak');
  });

  it('is none when the node is multiplied by more than its name says', async () => {
    const twice: Amendment = { kind: 'multiplier', node: 'HK', multiplier: { low: 2, high: 2 } };
    expect(await windowAfter(usageOf(node('HK', 10)), twice)).toMatchObject({ kind: 'ok', named: { likely: 20 * GB } });
  });

  it('is none when a node of another airport was its own', async () => {
    const use = usageOf(node('HK', 10), { ...node('JP', 10), provider: 'b' });
    expect((await windowAfter(use))?.kind).toBe('leak');
    expect((await windowAfter(use, { kind: 'node', node: 'JP', airport: 'a' }))?.kind).toBe('ok');
  });

  it('is none when a person says so of its day', async () => {
    const use = usageOf(node('HK', 10));
    expect((await windowAfter(use, { kind: 'acknowledge', airport: 'a', date: '2026-11-23' }))?.kind).toBe('ok');
    expect((await windowAfter(use, { kind: 'acknowledge', airport: 'a', date: '2026-11-24' }))?.kind).toBe('leak');
    expect((await windowAfter(use, { kind: 'acknowledge', airport: 'b', date: '2026-11-23' }))?.kind).toBe('leak');
  });

  it('stays as it was when its samples are not kept any more', async () => {
    expect(await windowAfter(usageOf(), { kind: 'node', node: 'JP', airport: 'a' })).toEqual(leak);
  });

  it('is told with what became of it, and by what it was amended', async () => {
    const twice: Amendment = { kind: 'multiplier', node: 'HK', multiplier: { low: 2, high: 2 } };
    const amendments = amendmentsOf([twice]);
    const result = await reaudit(usageOf(node('HK', 10)), config, state, amendments);
    expect(result.changes).toEqual([{ airport: 'a', from: FROM, to: TO, before: 'leak', after: 'ok' }]);
    expect(result.state.amended).toEqual(amendments.list);
  });
});

describe('amendments', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flowcollect-amend-'));
  });

  it('are kept, and the last word on a node counts', async () => {
    await addAmendment(folder, { kind: 'multiplier', node: 'HK', multiplier: { low: 2, high: 2 } });
    await addAmendment(folder, { kind: 'multiplier', node: 'HK', multiplier: { low: 1, high: 1.5 } });
    await addAmendment(folder, { kind: 'device', before: '旧手机', after: '新手机' });
    const amendments = await readAmendments(folder);
    expect(amendments.multiplierOf('HK')).toEqual({ low: 1, high: 1.5 });
    expect(amendments.multiplierOf('JP')).toBeUndefined();
    expect([amendments.isGone('旧手机'), amendments.isSuccessor('新手机'), amendments.isGone('新手机')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('are known for others where as many were replaced, and for the same by another reading', async () => {
    const amendment = { kind: 'node', node: 'HK', airport: 'a' } as const;
    await addAmendment(folder, amendment);
    const { digest } = await readAmendments(folder);
    expect((await readAmendments(folder)).digest).toBe(digest);
    await rm(join(folder, 'amendments.json'));
    await addAmendment(folder, { ...amendment, airport: 'b' });
    expect((await readAmendments(folder)).digest).not.toBe(digest);
  });

  it('are not overwritten when they cannot be read', async () => {
    await writeFile(join(folder, 'amendments.json'), '{"version":1');
    await expect(addAmendment(folder, { kind: 'node', node: 'HK', airport: 'a' })).rejects.toThrow(
      'is not a list of amendments',
    );
  });
});
