import { expect, it } from 'vitest';
import { chanceOn, closedWindow, days, GB, MB, usedOn } from '../../test/windows.ts';
import { pastOf, recentChangeOf } from './recent-change.ts';
import type { WindowRecord } from './span.ts';

it('tells a change unless it was told before it began that as much is billed besides', () => {
  const beside = (day: number): number => (day < 21 ? 400 : 600) * MB;
  const windows = days(28, (day) =>
    closedWindow(day, {
      used: usedOn(day),
      billed: Math.round(usedOn(day) * (1 + 0.005 * chanceOn(day)) + beside(day)),
    }),
  );
  const current = windows.at(-1) as WindowRecord;
  const isNews = (told: number): boolean => {
    const daily = { low: 400 * MB, likely: 450 * MB, high: 500 * MB };
    const reported = { daily, share: 0.1 };
    const closed = windows.slice(0, -1).map((each, day) => (day === told ? { ...each, reported } : each));
    return (
      recentChangeOf(closed, pastOf(closed, current, true), [], { bytes: GB, ratio: 0.1 }, null).change !== undefined
    );
  };
  expect([10, 18, 24, 26].map(isNews)).toEqual([false, false, true, true]);
});
