import fc from 'fast-check';
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
import { compared, spanOf } from './compared.ts';
import { habitOf, learnedBilling } from './learn.ts';
import type { Habit, WindowRecord } from './span.ts';

/** What the windows of some days show. */
const learned = (count: number, of: (day: number) => Closed): Habit => habitOf(spansOf(count, of), BEGAN);
const spansOf = (count: number, of: (day: number) => Closed) =>
  compared(days(count, (day) => closedWindow(day, of(day)))).spans;
const chance = (day: number): number => Math.round(chanceOn(day) * 20 * MB);

/** Two nodes whose names tell nothing; what the second carries has nothing to do with what the first does. */
const plain = (node: string, bytes: number) => shareOf(bytes, { node, stated: false });
const second = (day: number): number => Math.round((3 + 2.5 * Math.sin(day * 4.7 + 2)) * GB);
const nodesOn = (day: number) => [plain('香港 01', usedOn(day)), plain('日本 02', second(day))];

describe('a multiplier that nothing tells', () => {
  it('is learned from the bills', () => {
    const habit = learned(21, (day) => ({
      nodes: nodesOn(day),
      billed: Math.round(usedOn(day) + 2.5 * second(day)) + chance(day),
    }));
    expect(Math.abs(habit.multiplierOf(plain('日本 02', 1)).likely / 2.5 - 1)).toBeLessThan(0.05);
    expect(Math.abs(habit.multiplierOf(plain('香港 01', 1)).likely - 1)).toBeLessThan(0.05);
  });

  it('is less unsure the more windows there are', () => {
    const after = (count: number): number =>
      learned(count, (day) => ({
        nodes: nodesOn(day),
        billed: usedOn(day) + 2 * second(day) + chance(day),
      })).multiplierOf(plain('日本 02', 1)).deviation;
    const deviations = [0, 2, 7, 21, 45].map(after);
    expect(deviations).toEqual([...deviations].sort((a, b) => b - a));
    expect(deviations.at(-1)).toBeLessThan(0.02);
  });

  it('is not below 0, whatever is used and billed', () => {
    const day = fc.record({
      megabytes: fc.array(fc.integer({ min: 0, max: 8000 }), { minLength: 4, maxLength: 4 }),
      beside: fc.integer({ min: 0, max: 200 }),
    });
    const prices = fc.array(fc.constantFrom(0, 0.3, 1, 3), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(day, { minLength: 3, maxLength: 20 }), prices, fc.boolean(), (given, price, told) => {
        const node = (index: number, bytes: number) => shareOf(bytes, { node: `节点 ${index}`, stated: told });
        const habit = learned(given.length, (index) => {
          const { megabytes = [], beside = 0 } = given[index] ?? {};
          const billed = megabytes.reduce((sum, each, nth) => sum + each * (price[nth] ?? 1), beside);
          return { nodes: megabytes.map((each, nth) => node(nth, each * MB)), billed: Math.round(billed * MB) };
        });
        for (const index of [0, 1, 2, 3]) expect(habit.multiplierOf(node(index, 1)).likely).toBeGreaterThan(-0.01);
        expect(habit.daily.likely).toBeGreaterThan(-MB);
        const next = spanOf([closedWindow(30, { nodes: [0, 1, 2, 3].map((index) => node(index, GB)) })]);
        expect(habit.predict([next]).likely).toBeGreaterThanOrEqual(0);
      }),
      { endOnFailure: true },
    );
  });
});

it('learns what is billed every day whatever is used, such as health checks', () => {
  const { daily, overhead } = learned(21, (day) => ({
    used: usedOn(day),
    billed: usedOn(day) + 700 * MB + chance(day),
  }));
  expect(Math.abs(daily.likely / (700 * MB) - 1)).toBeLessThan(0.1);
  expect(Math.abs(overhead.likely)).toBeLessThan(0.01);
});

it('learns what every byte costs more, whichever nodes carry it', () => {
  const node = (name: string, bytes: number) => shareOf(bytes, { node: name });
  const { daily, overhead } = learned(21, (day) => {
    const nodes = [
      node('香港 01 | 1x', usedOn(day)),
      node('日本 02 | 1x', second(day)),
      node('美国 03 | 1x', usedOn(day + 9)),
    ];
    const used = nodes.reduce((sum, { bytes }) => sum + bytes, 0);
    return { nodes, billed: Math.round(1.05 * used) + chance(day) };
  });
  expect(overhead.likely).toBeGreaterThan(0.04);
  expect(overhead.likely).toBeLessThan(0.06);
  expect(daily.likely).toBeLessThan(100 * MB);
});

it('expects nearly the same after one odd night', () => {
  const next = spanOf([closedWindow(21, { used: 10 * GB })]);
  const habit = (odd: number): Habit =>
    learned(21, (day) => ({ used: usedOn(day), billed: usedOn(day) + chance(day) + (day === 12 ? odd : 0) }));
  const [without, with5] = [habit(0).predict([next]), habit(5 * GB).predict([next])];
  expect(Math.abs(with5.likely - without.likely)).toBeLessThan(100 * MB);
});

it('is as unsure in some hours as in a day, where what is billed besides the use may all come in them', () => {
  const bursts = learned(30, (day) => ({ used: GB, billed: GB + (day % 3 === 0 ? (3 + (day % 5)) * GB : 0) }));
  const chanceIn = (hours: number): number =>
    bursts.predict([spanOf([closedWindow(40, { used: 0, to: BEGAN + 40 * DAY + hours * HOUR })])]).chance;
  expect(chanceIn(3) / chanceIn(24)).toBeCloseTo(1, 6);
  expect(chanceIn(48)).toBeGreaterThan(1.9 * chanceIn(24));
});

it('believes names before anything is seen, and is unsure by as much as nobody may be accused of', () => {
  const nothing = habitOf([], BEGAN);
  const told = nothing.predict([spanOf([closedWindow(0, { used: 10 * GB })])]);
  expect(told.likely).toBe(10 * GB);
  expect(Math.sqrt(told.unsure)).toBeGreaterThan(2 * GB);
  const untold = nothing.predict([spanOf([closedWindow(0, { nodes: [plain('香港 01', 10 * GB)] })])]);
  expect(untold.unsure).toBeGreaterThan(told.unsure);
});

it('takes a habit before the present one for the prices of nodes, not for what was billed in addition to them', () => {
  const beside = (day: number): number => (day < 14 ? 2 * GB : 0);
  const spans = spansOf(21, (day) => ({
    nodes: nodesOn(day),
    billed: usedOn(day) + 2 * second(day) + beside(day) + chance(day),
  }));
  const habit = habitOf(spans, BEGAN + 14 * 86_400_000);
  expect(Math.abs(habit.multiplierOf(plain('日本 02', 1)).likely - 2)).toBeLessThan(0.1);
  expect(habit.daily.likely).toBeLessThan(300 * MB);
});

it('expects what honest windows bill, by the range that it states', () => {
  const world = fc.record({
    use: fc.array(fc.integer({ min: 200, max: 20_000 }), { minLength: 22, maxLength: 22 }),
    other: fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 22, maxLength: 22 }),
    luck: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 22, maxLength: 22 }),
    price: fc.constantFrom(0, 0.5, 1, 1.5, 2, 3, 5),
    overhead: fc.constantFrom(0, 0.02, 0.06),
    checks: fc.constantFrom(0, 50, 800),
  });
  let [held, asked] = [0, 0];
  fc.assert(
    fc.property(world, ({ use, other, luck, price, overhead, checks }) => {
      const windows = days(22, (day): WindowRecord => {
        const [a, b] = [(use[day] ?? 0) * MB, (other[day] ?? 0) * MB];
        const noise = ((luck[day] ?? 0) / 1000) * 0.01 * (a + b);
        const billed = Math.round((a + price * b) * (1 + overhead) + checks * MB + noise);
        return closedWindow(day, { nodes: [plain('香港 01', a), plain('日本 02', b)], billed });
      });
      const [past, last] = [windows.slice(0, 21), windows.slice(21)];
      const [window] = last;
      if (window === undefined) throw new Error('no last window');
      const { likely, unsure, chance: random } = habitOf(compared(past).spans, BEGAN).predict([spanOf([window])]);
      asked += 1;
      if (Math.abs(window.bill.likely - likely) <= 3 * Math.sqrt(unsure + random)) held += 1;
      expect(Math.abs(window.bill.likely - likely)).toBeLessThan(5 * Math.sqrt(unsure + random));
    }),
  );
  expect(held / asked).toBeGreaterThan(0.97);
});

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

describe('noise', () => {
  it('is that of quiet windows, whatever those show that are in doubt for known reasons', () => {
    const deviationOf = (busy: boolean): number => {
      const habit = learned(24, (day) => {
        const isBusy = busy && day % 3 === 0;
        const moved = isBusy ? (day % 2 === 0 ? 300 : -300) * MB : 0;
        return { used: usedOn(day), billed: usedOn(day) + chance(day) + moved, nearEdges: isBusy ? 300 * MB : 0 };
      });
      return Math.sqrt(habit.predict([spanOf([closedWindow(30)])]).chance);
    };
    expect(deviationOf(true)).toBeLessThan(1.5 * deviationOf(false));
    expect(deviationOf(true)).toBeGreaterThan(0.7 * deviationOf(false));
  });

  it('is believed to be a usual one as long as all windows are in doubt', () => {
    const afterDays = (count: number): Habit =>
      learned(count, (day) => ({ used: usedOn(day), billed: usedOn(day) + chance(day), nearEdges: 300 * MB }));
    const deviation = (habit: Habit): number => Math.sqrt(habit.predict([spanOf([closedWindow(50)])]).chance);
    expect(deviation(afterDays(45))).toBeGreaterThan(0.8 * deviation(afterDays(5)));
  });
});

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
