import { describe, expect, it } from 'vitest';
import {
  BEGAN,
  type Closed,
  chanceOn,
  closedWindow,
  DAY,
  days,
  GB,
  HOUR,
  MB,
  shareOf,
  usedOn,
} from '../../test/windows.ts';
import { compared, nodeKey, spanOf, type WindowRecord } from './span.ts';

/** Three weeks, of which some days are otherwise. */
const weeks = (otherwise: Readonly<Record<number, Closed>> = {}): WindowRecord[] =>
  days(21, (day) => closedWindow(day, { used: usedOn(day), ...otherwise[day] }));
/** The days that each span is of. */
const daysOf = (windows: readonly WindowRecord[]): number[][] =>
  compared(windows).spans.map(({ from, to }) => [(from - BEGAN) / DAY, (to - BEGAN) / DAY]);

describe('windows that can be compared', () => {
  it('are one span each', () => {
    expect(daysOf(weeks())).toEqual(days(21, (day) => [day, day + 1]));
  });

  it('are joined until every device has reported', () => {
    const windows = weeks({
      3: { whole: false, billed: 9 * GB },
      4: { whole: false, billed: 2 * GB },
      5: { billed: 20 * GB },
    });
    const [, , , joined] = compared(windows).spans;
    expect(joined).toMatchObject({ from: BEGAN + 3 * DAY, to: BEGAN + 6 * DAY, days: 3, bill: 31 * GB });
    expect(joined?.nodes.get(nodeKey(shareOf(0)))?.bytes).toBe(usedOn(3) + usedOn(4) + usedOn(5));
    expect(compared(windows).spans).toHaveLength(19);
  });

  it('are those without what a new cycle, a credit, or a person who looked explains', () => {
    const windows = weeks({ 15: { bill: { high: null } }, 16: { acknowledged: true } });
    expect(daysOf(windows)).toEqual([
      ...days(15, (day) => [day, day + 1]),
      ...[17, 18, 19, 20].map((day) => [day, day + 1]),
    ]);
  });

  it('are also those in which only resets that were due hid a little, as where use resets every night', () => {
    const windows = weeks({ 15: { bill: { high: null, onlyResets: true } } });
    expect(daysOf(windows)).toEqual(days(21, (day) => [day, day + 1]));
  });

  it('leave nothing of a span where one of its windows cannot be compared', () => {
    const windows = weeks({ 3: { whole: false }, 4: { bill: { high: null } } });
    expect(daysOf(windows)).toEqual(days(21, (day) => [day, day + 1]).filter(([day]) => day !== 3 && day !== 4));
  });

  it('begin once the last device was set up, in the first weeks', () => {
    expect(daysOf(weeks({ 0: { newDevices: true }, 6: { newDevices: true } }))[0]).toEqual([7, 8]);
    // A device that is bought later says nothing of the days before it.
    expect(daysOf(weeks({ 17: { newDevices: true } }))).toEqual(
      days(21, (day) => [day, day + 1]).filter(([day]) => day !== 17),
    );
  });

  it('last most of a day: what is deferred weighs too much in a shorter one', () => {
    const short = { to: BEGAN + 4 * DAY + 6 * HOUR, from: BEGAN + 4 * DAY };
    expect(daysOf(weeks({ 4: short }))).toHaveLength(20);
  });
});

describe('bills', () => {
  /** Half of what is used on a day is billed on the next, and observations tell it. */
  const deferring = (told: (bytes: number, day: number) => number): WindowRecord[] =>
    days(21, (day) => {
      const [before, behind] = [day === 0 ? 0 : usedOn(day - 1) / 2, usedOn(day) / 2];
      const moved = told(Math.round(behind - before), day);
      return closedWindow(day, {
        used: usedOn(day),
        billed: Math.round(usedOn(day) - behind + before),
        deferred: moved,
        lag: 12 * HOUR,
      });
    });

  it('count where they were used, where that makes them go steadier with use', () => {
    const { deferredCounts, spans } = compared(deferring((bytes) => bytes));
    expect(deferredCounts).toBe(true);
    for (const { billed, named } of spans) expect(Math.abs(billed - named.likely)).toBeLessThan(MB);
    // What was deferred before the very first reading was never seen.
    expect(spans[0]?.from).toBe(BEGAN + DAY);
  });

  it('stand as they are, where observations only add noise to them', () => {
    const windows = days(21, (day) =>
      closedWindow(day, { used: usedOn(day), deferred: Math.round(chanceOn(day) * GB), slack: GB }),
    );
    const { deferredCounts, spans } = compared(windows);
    expect(deferredCounts).toBe(false);
    for (const { billed, bill, doubt } of spans) expect([billed, doubt]).toEqual([bill, 0]);
  });
});

it('doubts a span by the squares of what each window leaves in doubt, and by the lag once', () => {
  const doubtful = { nearEdges: 30 * MB, lost: 40 * MB, slack: 12 * MB };
  const one = spanOf([closedWindow(0, doubtful)]);
  expect(one.doubt / MB).toBeCloseTo(Math.hypot(30, 40, 12), 9);
  const two = spanOf([closedWindow(0, doubtful), closedWindow(1, { ...doubtful, slack: 5 * MB })]);
  expect(two.doubt / MB).toBeCloseTo(Math.hypot(30, 40, 30, 40, 12), 9);
});
