import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEGAN, closedWindow, DAY, days, GB, HOUR, MB, NO_MEMORY } from '../../test/windows.ts';
import {
  afterClose,
  afterObservation,
  lagOf,
  type Memory,
  nightsOf,
  type Observation,
  unbilledAt,
  usedWithin,
  withHidden,
} from './observations.ts';
import { LONGEST_LAG } from './span.ts';

/** An observation every two hours over some days, of an airport that has billed by an hour what was used until another. */
function observationsOf(
  billedUntil: (hour: number) => number,
  used: (hour: number) => number = steadily,
  length = 6,
): Observation[] {
  return days(length * 12, (index) => {
    const hour = 2 * index;
    return observation(hour, used(Math.max(0, billedUntil(hour))), used(hour));
  });
}
const observation = (hour: number, billed: number, expected: number, over: Partial<Observation> = {}): Observation => ({
  at: hour * HOUR,
  billed: Math.round(billed),
  expected: Math.round(expected),
  whole: true,
  leak: false,
  change: null,
  resets: 0,
  hidden: 0,
  ...over,
});
/** What was used until an hour: half a GB an hour by day, next to nothing by night. */
function steadily(hour: number): number {
  const [day, rest] = [Math.floor(hour / 24), hour % 24];
  return day * 8.2 * GB + Math.min(rest, 8) * 0.025 * GB + Math.max(0, rest - 8) * 0.5 * GB;
}

const prompt = (hour: number): number => hour;
/** Once a day, at four in the morning. */
const inBatches = (hour: number): number => Math.floor((hour - 4) / 24) * 24 + 4;
const sixHoursBehind = (hour: number): number => hour - 6;

describe('the nights of a window', () => {
  const from = 24 * HOUR;
  const excessBy = (...hours: readonly (readonly [number, number])[]): Observation[] =>
    hours.map(([hour, excess]) => observation(hour, excess, 0));

  it('are what was billed above the expectation, day by day', () => {
    const seen = excessBy([20, 5], [24, 7], [30, 50], [48, 107], [60, 90], [72, 307]);
    expect(nightsOf(seen, from)).toEqual([
      { days: 1, excess: 100 },
      { days: 1, excess: 200 },
    ]);
  });

  it('are one while the window lasts no longer than a night, and a short rest belongs to the last', () => {
    expect(nightsOf(excessBy([24, 0], [30, 4]), from)).toEqual([{ days: 0.25, excess: 4 }]);
    const rest = excessBy([24, 0], [48, 10], [53, 12]);
    expect(nightsOf(rest, from)).toEqual([{ days: 29 / 24, excess: 12 }]);
  });

  it('are longer where nobody looked', () => {
    expect(nightsOf(excessBy([24, 0], [90, 10]), from)).toEqual([{ days: 66 / 24, excess: 10 }]);
  });
});

describe('the lag of an airport', () => {
  it('is nothing where it bills at once', () => {
    expect(lagOf(observationsOf(prompt))).toBe(0);
  });

  it('is a day where it bills in batches of a day', () => {
    const lag = lagOf(observationsOf(inBatches));
    expect(lag).toBeGreaterThanOrEqual(18 * HOUR);
    expect(lag).toBeLessThanOrEqual(28 * HOUR);
  });

  it('is six hours where a copy answers that is six hours old', () => {
    const lag = lagOf(observationsOf(sixHoursBehind));
    expect(lag).toBeGreaterThanOrEqual(6 * HOUR);
    expect(lag).toBeLessThanOrEqual(12 * HOUR);
  });

  it('is as long as a connection that is billed when it ends', () => {
    // From hour 30 to 40 a connection carries a GB an hour; all of it is billed at its end.
    const long = (hour: number): number => Math.max(0, Math.min(10, hour - 30)) * GB;
    const observations = days(36, (index) => {
      const hour = 2 * index;
      return observation(hour, steadily(hour) + (hour >= 40 ? 10 * GB : 0), steadily(hour) + long(hour));
    });
    const lag = lagOf(observations);
    expect(lag).toBeGreaterThanOrEqual(8 * HOUR);
    expect(lag).toBeLessThanOrEqual(14 * HOUR);
  });

  it('is nothing where a price below names is never made up for', () => {
    expect(lagOf(observationsOf(prompt).map((each) => ({ ...each, billed: Math.round(0.6 * each.billed) })))).toBe(0);
  });

  it('is not told by observations at which devices were silent, nor by some MB', () => {
    const silent = observationsOf(prompt).map((each, index) =>
      index % 12 > 6 ? { ...each, billed: each.billed - 2 * GB, whole: false } : each,
    );
    expect(lagOf(silent)).toBe(0);
    const little = observationsOf(prompt).map((each, index) => ({
      ...each,
      billed: each.billed - (index % 12 === 5 ? 7 * MB : 0),
    }));
    expect(lagOf(little)).toBe(0);
  });
});

describe('what is not billed yet', () => {
  it('is nothing of a prompt airport', () => {
    const observations = observationsOf(prompt);
    for (const { at } of observations)
      expect(unbilledAt(observations, at, 0, LONGEST_LAG)).toEqual({ low: 0, high: 0 });
  });

  it('is what was used since, where all is billed some hours later', () => {
    const observations = observationsOf(sixHoursBehind);
    for (const { at } of observations.slice(24)) {
      const { low, high } = unbilledAt(observations, at, lagOf(observations), LONGEST_LAG);
      const missing = steadily(at / HOUR) - steadily(at / HOUR - 6);
      expect(low - 1).toBeLessThanOrEqual(missing);
      expect(high + 1).toBeGreaterThanOrEqual(missing);
    }
  });

  it('is seen at the end of a day of batches at least as far as the counter fell behind', () => {
    const observations = observationsOf(inBatches);
    const night = 3 * 24 * HOUR;
    const missing = steadily(72) - steadily(inBatches(72));
    const { low, high } = unbilledAt(observations, night, lagOf(observations), LONGEST_LAG);
    expect(low).toBeGreaterThan(0.9 * missing);
    expect(high).toBeGreaterThanOrEqual(missing - 1);
  });
});

it('never lets what an honest airport billed later lift its bill above the most that was unbilled', () => {
  const world = fc.record({
    use: fc.array(fc.integer({ min: 0, max: 3 * 2 ** 10 }), { minLength: 60, maxLength: 84 }),
    every: fc.constantFrom(1, 2, 6, 12, 24),
    phase: fc.integer({ min: 0, max: 23 }),
    window: fc.integer({ min: 0, max: 30 }),
  });
  fc.assert(
    fc.property(world, ({ use, every, phase, window }) => {
      const totals = [0];
      for (const megabytes of use) totals.push((totals.at(-1) ?? 0) + megabytes * MB);
      const until = (hour: number): number => Math.floor((hour - phase) / every) * every + phase;
      const observations = totals.map((expected, index) =>
        observation(2 * index, totals[Math.max(0, Math.floor(until(2 * index) / 2))] ?? 0, expected),
      );
      const end = observations.at(-1);
      // From the third day on the longest lag has shown.
      const start = observations[Math.min(observations.length - 1, 24 + window)];
      if (start === undefined || end === undefined) throw new Error('no observations');
      const { high } = unbilledAt(observations, start.at, lagOf(observations), LONGEST_LAG);
      const excess = end.billed - start.billed - (end.expected - start.expected);
      expect(excess).toBeLessThanOrEqual(high + 8 * MB);
    }),
  );
});

describe('bytes that a reset hid', () => {
  const seen = [observation(0, 0, 0), observation(16, 7, 7)];
  const evening = (over: Partial<Observation> = {}): Observation => observation(24, 9, 10, { resets: 1, ...over });

  it('are what was used around it and not billed, once', () => {
    const hidden = withHidden(seen, 0, evening(), false);
    expect(hidden).toMatchObject({ billed: 10, resets: 1, hidden: 1 });
    const later = observation(26, 10, 11, { resets: 1 });
    expect(withHidden([...seen, hidden], 0, later, false)).toMatchObject({ billed: 11, resets: 1, hidden: 1 });
  });

  it('are not known until all devices have reported', () => {
    const open = withHidden(seen, 0, evening({ whole: false, expected: 8 }), false);
    expect(open).toMatchObject({ billed: 9, resets: 0, hidden: 0 });
    const later = observation(26, 9.5, 10.5, { resets: 1 });
    expect(withHidden([...seen, open], 0, { ...later, billed: 9.5, expected: 10.5 }, false)).toMatchObject({
      resets: 1,
      hidden: 1,
    });
  });

  it('are none where the airport bills some of them later, or where the reset was none', () => {
    expect(withHidden(seen, 0, evening(), true)).toMatchObject({ billed: 9, resets: 0, hidden: 0 });
    const hidden = withHidden(seen, 0, evening(), false);
    expect(withHidden([...seen, hidden], 0, observation(26, 12, 11), false)).toMatchObject({ billed: 12, hidden: 0 });
  });
});

it('may still bill all that was used within its largest lag', () => {
  const observations = observationsOf(sixHoursBehind);
  const night = 3 * 24 * HOUR;
  expect(usedWithin(observations, night, 6 * HOUR)).toBeCloseTo(steadily(72) - steadily(66), -1);
  expect(usedWithin(observations, night, 0)).toBe(0);
});

const emptyAt = (at: number): Observation => ({
  at,
  billed: 0,
  expected: 0,
  whole: true,
  leak: false,
  change: null,
  resets: 0,
  hidden: 0,
});
const observed = (memory: Memory, anchor: number, at: number): Memory =>
  afterObservation(memory, anchor, at, { observation: emptyAt(at) });

describe('observations', () => {
  it('begin with the first reading of all, which no window ends', () => {
    expect(afterObservation(NO_MEMORY, BEGAN, BEGAN, {}).observations).toEqual([emptyAt(BEGAN)]);
  });

  it('are kept of the open window and of two days before it', () => {
    let memory = afterObservation(NO_MEMORY, BEGAN, BEGAN, {});
    for (let hour = 2; hour <= 100; hour += 2) memory = observed(memory, BEGAN, BEGAN + hour * HOUR);
    expect(memory.observations).toHaveLength(51);
    const next = observed(memory, BEGAN + 100 * HOUR, BEGAN + 102 * HOUR);
    expect(next.observations[0]?.at).toBe(BEGAN + 52 * HOUR);
  });

  it('of the future are forgotten when the clock was set back', () => {
    const memory = observed(afterObservation(NO_MEMORY, BEGAN, BEGAN, {}), BEGAN, BEGAN + 5 * HOUR);
    expect(observed(memory, BEGAN, BEGAN + 3 * HOUR).observations.map(({ at }) => at)).toEqual([
      BEGAN,
      BEGAN + 3 * HOUR,
    ]);
  });

  it('are never more than some hundred, however long a window stays open', () => {
    let memory = NO_MEMORY;
    for (let index = 0; index < 500; index += 1) memory = observed(memory, BEGAN, BEGAN + index * HOUR);
    expect(memory.observations.length).toBeLessThanOrEqual(200);
    expect(memory.observations.at(-1)?.at).toBe(BEGAN + 499 * HOUR);
  });
});

describe('windows', () => {
  it('forget their nodes after ninety others, and are forgotten after some hundred', () => {
    let memory = NO_MEMORY;
    for (const record of days(410, (day) => closedWindow(day))) memory = afterClose(memory, { record });
    const { windows } = memory;
    expect(windows).toHaveLength(400);
    expect(windows[0]?.from).toBe(BEGAN + 10 * DAY);
    const kept = windows.filter(({ nodes }) => nodes.length > 0);
    expect(kept).toEqual(windows.slice(-90));
    // What they let expect is still known.
    expect(windows[0]?.named.likely).toBeGreaterThan(0);
  });

  it('leave no record where they were never judged', () => {
    const memory = afterClose(NO_MEMORY, { record: closedWindow(0) });
    expect(afterClose(memory, {})).toEqual(memory);
  });

  it('begin a new habit once what is billed has become less and stayed so', () => {
    let memory = NO_MEMORY;
    const dear = days(20, (day) => closedWindow(day, { used: 10 * 2 ** 30, billed: 12 * 2 ** 30 + day * 1000 }));
    for (const record of dear) memory = afterClose(memory, { record });
    expect(memory.windows.at(-1)?.regime).toBe(BEGAN);
    for (const day of days(8, (each) => 20 + each)) {
      const regime = memory.windows.at(-1)?.regime ?? 0;
      memory = afterClose(memory, { record: closedWindow(day, { regime }) });
    }
    expect(Math.abs((memory.windows.at(-1)?.regime ?? 0) - (BEGAN + 20 * DAY))).toBeLessThanOrEqual(DAY);
  });
});
