import { describe, expect, it } from 'vitest';
import { BEGAN, closedWindow, DAY, days, GB, HOUR, MB, shareOf } from '../../test/windows.ts';
import { type Member, poolOf } from './pool.ts';
import type { WindowRecord } from './span.ts';

const shared = shareOf(6 * GB, { node: '香港 01', owners: 2 });
const own = (node: string, bytes: number) => shareOf(bytes, { node });
/** A day of an airport, of whose nodes one may be another's too. */
const day = (night: number, billed: number, over: Partial<WindowRecord> = {}): WindowRecord =>
  closedWindow(night, { nodes: [shared], billed, unattributed: MB, nearEdges: 2 * MB, ...over });
const member = (windows: readonly WindowRecord[], current: WindowRecord): Member => ({ windows, current });

describe('airports judged together', () => {
  it('bill together what their nodes carried once, whoever owns them', () => {
    const first = day(0, 4 * GB, { nodes: [shared, own('a 01', GB)], lost: MB });
    const second = day(0, 3 * GB, { nodes: [shared], lost: MB, whole: false });
    const pool = poolOf([member([], first), member([], second)]);
    expect(pool?.current).toMatchObject({
      bill: { low: 7 * GB, likely: 7 * GB, high: 7 * GB },
      named: { low: 7 * GB, likely: 7 * GB, high: 7 * GB },
      unattributed: MB,
      nearEdges: 2 * MB,
      lost: MB,
      whole: false,
    });
    expect(pool?.current.nodes.map(({ node, owners }) => [node, owners])).toEqual([
      ['香港 01', 1],
      ['a 01', 1],
    ]);
  });

  it('do not know the most that they billed where a new cycle hid some of one', () => {
    const pool = poolOf([member([], day(0, GB, { bill: { low: 0, likely: GB, high: null } })), member([], day(0, GB))]);
    expect(pool?.current.bill.high).toBeNull();
  });

  it('have one past where their windows end together', () => {
    const past = days(5, (night) => day(night, 3 * GB));
    // Airports are read one after the other.
    const later = past.map((each) => ({ ...each, from: each.from + 60_000, to: each.to + 60_000 }));
    const pool = poolOf([member(past, day(5, GB)), member(later, day(5, GB))]);
    expect(pool?.windows.map(({ bill }) => bill.likely)).toEqual(days(5, () => 6 * GB));
  });

  it('have their windows added up until they end together', () => {
    const past = days(4, (night) => day(night, 3 * GB));
    const twoDays = { ...day(1, 5 * GB), to: BEGAN + 3 * DAY };
    const pool = poolOf([member(past, day(4, GB)), member([day(0, 3 * GB), twoDays, day(3, 3 * GB)], day(4, GB))]);
    expect(
      pool?.windows.map(({ from, to, bill }) => [(from - BEGAN) / DAY, (to - BEGAN) / DAY, bill.likely / GB]),
    ).toEqual([
      [0, 1, 6],
      [1, 3, 11],
      [3, 4, 6],
    ]);
  });

  it('are not where their open windows began apart', () => {
    const earlier = { ...day(0, GB), from: BEGAN - 5 * HOUR };
    expect(poolOf([member([], day(0, GB)), member([], earlier)])).toBeUndefined();
  });
});
