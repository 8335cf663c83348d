import { describe, expect, it } from 'vitest';
import { BEGAN, chanceOn, closedWindow, days, GB, MB, shareOf, usedOn } from '../../test/windows.ts';
import type { Habit } from './habit.ts';
import { habitOf, learnedBilling } from './learn.ts';
import { compared, spanOf } from './span.ts';

const node = (bytes: number) => shareOf(bytes, { node: '香港 01', stated: false });
const other = (bytes: number) => shareOf(bytes, { node: '日本 02', stated: false });
const otherOn = (day: number): number => Math.round((3 + 2.5 * Math.sin(day * 4.7 + 2)) * GB);
/** Thirty days of two nodes, of which the first costs another price each day. */
const windowsOf = (priceOn: (day: number) => number) =>
  days(30, (day) =>
    closedWindow(day, {
      nodes: [node(usedOn(day)), other(otherOn(day))],
      billed: Math.round(priceOn(day) * usedOn(day) + otherOn(day) + 10 * MB * chanceOn(day + 7)),
    }),
  );
const habitAfter = (priceOn: (day: number) => number): Habit => habitOf(compared(windowsOf(priceOn)).spans, BEGAN);
/** Dearer in the evening: more or less of a day is. */
const byTheHour = (day: number): number => 1.25 + 0.15 * chanceOn(day + 300);
const multipliersOf = (priceOn: (day: number) => number) => {
  const windows = windowsOf(priceOn);
  const record = closedWindow(30, { nodes: [node(5 * GB), other(5 * GB)] });
  return learnedBilling(habitOf(compared(windows).spans, BEGAN), record, windows).multipliers;
};

describe('a price that changes by the hour', () => {
  it('is learned as a range of what days were charged', () => {
    const found = multipliersOf(byTheHour).find((each) => each.node === '香港 01');
    expect(found?.low).toBeLessThan(1.18);
    expect(found?.high).toBeGreaterThan(1.32);
    const prices = days(30, byTheHour);
    const held = prices.filter((price) => price >= (found?.low ?? 0) && price <= (found?.high ?? 0));
    expect(held.length / prices.length).toBeGreaterThanOrEqual(0.75);
  });

  it('is one more reason for a bill to differ on days with much of the node', () => {
    const { variation } = habitAfter(byTheHour).multiplierOf(node(1));
    const day = spanOf([closedWindow(30, { nodes: [node(12 * GB)] })]);
    const { chance } = habitAfter(byTheHour).predict([day]);
    expect(Math.sqrt(chance)).toBeGreaterThanOrEqual(variation * 12 * GB);
  });
});

describe('a price that stays', () => {
  it('is no range because meters differ from day to day', () => {
    const habit = habitAfter((day) => 1.25 + 0.004 * chanceOn(day + 300));
    expect(habit.multiplierOf(node(1)).variation).toBe(0);
  });
});
