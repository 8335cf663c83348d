import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/readings.ts';
import { calibrate, HIGHEST_OFFSET } from './calibration.ts';
import { driftOf } from './drift.ts';
import { knowledgeOf, type Memory, NO_MEMORY } from './knowledge.ts';
import { afterClose, afterLook } from './memory.ts';
import type { UsableReading } from './reading.ts';
import { judge, type Usage, type Verdict } from './verdict.ts';
import { comparedSpans, type WindowRecord } from './window-record.ts';

const MB = 2 ** 20;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const thresholds = { bytes: 100 * MB, ratio: 0.2 };

/** A day of account; figures in MB. */
const day = (index: number, billed: number, expected: number, over: Partial<WindowRecord> = {}): WindowRecord => ({
  from: index * DAY,
  to: (index + 1) * DAY,
  billed: billed * MB,
  low: expected * MB,
  likely: expected * MB,
  high: expected * MB,
  kind: 'ok',
  whole: true,
  ...over,
});
const uses = [2000, 3500, 1200, 4100, 2600, 900, 3000];
const days = (count: number, billed: (use: number, index: number) => number, from = 0): WindowRecord[] =>
  Array.from({ length: count }, (_, index) => {
    const use = uses[(from + index) % uses.length] ?? 0;
    return day(from + index, billed(use, from + index), use);
  });

describe('what is learned of an airport', () => {
  it('is nothing before a clean fortnight', () => {
    expect(calibrate(days(13, (use) => use * 1.02))).toMatchObject({ ratio: 1, offset: 0, days: 0 });
  });

  it('is its ratio and its health checks', () => {
    const { ratio, offset, days: known } = calibrate(days(14, (use) => use * 1.02 + 12));
    expect(ratio).toBeCloseTo(1.02, 2);
    expect(offset / MB).toBeGreaterThan(8);
    expect(offset / MB).toBeLessThan(20);
    expect(known).toBe(14);
  });

  it('is never more than health checks can cost, so that a leak cannot be learned away', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 5000, noNaN: true }), (leak) => {
        const { ratio, offset } = calibrate(days(60, (use) => use + leak));
        expect(offset).toBeLessThanOrEqual(HIGHEST_OFFSET);
        expect(ratio).toBeLessThanOrEqual(1.05);
      }),
    );
  });

  it('rests on days that fitted, and not on the newest', () => {
    const clean = days(14, (use) => use);
    const after = days(10, (use) => use + 40, 14);
    expect(calibrate([...clean, ...after])).toEqual(calibrate(clean));
  });
});

describe('windows in which a device was late', () => {
  it('count together with the one that holds its bytes', () => {
    const spans = comparedSpans([day(0, 1000, 700, { whole: false }), day(1, 1000, 1300)]);
    expect(spans).toMatchObject([{ days: 2, billed: 2000 * MB, likely: 2000 * MB, clean: true }]);
  });

  it('are left out when a cycle ended or a leak was told', () => {
    expect(comparedSpans([day(0, 0, 100, { billed: null }), day(1, 900, 100, { kind: 'leak' })])).toEqual([]);
  });
});

describe('a drip', () => {
  const noise = (index: number): number => [1.004, 0.995, 1.002, 0.997, 1.006, 0.996, 1][index % 7] ?? 1;
  const clean = days(14, (use, index) => use * noise(index));

  it('of 50 MB a day is found within a fortnight', () => {
    const windows = [...clean, ...days(12, (use, index) => use * noise(index + 3) + 50, 14)];
    const drift = driftOf(windows, calibrate(windows));
    expect(drift?.bytes).toBeGreaterThan(300 * MB);
    expect(drift?.days).toBeLessThanOrEqual(14);
  });

  it('is not seen in noise alone', () => {
    const windows = [...clean, ...days(60, (use, index) => use * noise(index + 3), 14)];
    for (let end = 15; end <= windows.length; end += 1) {
      const until = windows.slice(0, end);
      expect(driftOf(until, calibrate(until))).toBeUndefined();
    }
  });

  it('is not seen in one bad day', () => {
    const windows = [...clean, ...days(8, (use, index) => use + (index === 17 ? 600 : 0), 14)];
    expect(driftOf(windows, calibrate(windows))).toBeUndefined();
  });

  it('is over when the last days show it no more', () => {
    const drip = days(10, (use, index) => use * noise(index) + 60, 14);
    const windows = [...clean, ...drip, ...days(3, (use) => use * 0.99, 24)];
    expect(driftOf(windows, calibrate(windows))).toBeUndefined();
  });
});

/** Plays readings: hours, what the airport says is used and what the devices have used, in MB. */
function play(steps: readonly { hour: number; said: number; used: number; close?: boolean }[]): Verdict[] {
  let memory: Memory = NO_MEMORY;
  let anchor: (UsableReading & { readonly own: number }) | undefined;
  return steps.map(({ hour, said, used, close = false }) => {
    const reading = readingAt(hour * HOUR, said * MB);
    const own = (used - (anchor?.own ?? used)) * MB;
    const multiplier = { low: 1, high: 1 };
    const nodes = [{ node: 'HK', provider: '', bytes: own, uncounted: 0, multiplier, claim: 'sure' as const }];
    const use = { nodes, unattributed: 0, nearEdges: 0 };
    const usage: Usage = { known: true, use, devices: 1, absences: [], newcomers: [] };
    const from = anchor ?? { ...reading, own: used };
    const known = knowledgeOf(memory, from.at, 0);
    const verdict = judge(anchor, { known: true, reading }, usage, thresholds, known);
    memory = afterLook(memory, from, reading, verdict);
    if (anchor === undefined || (close && verdict.closes)) {
      memory = afterClose(memory, verdict);
      anchor = { ...reading, own: used };
    }
    return verdict;
  });
}

describe('an airport that bills in batches', () => {
  it('is not accused of what it bills the next day', () => {
    const verdicts = play([
      { hour: 0, said: 0, used: 0 },
      { hour: 12, said: 1000, used: 1000 },
      { hour: 24, said: 1000, used: 3000, close: true },
      { hour: 30, said: 3000, used: 3000 },
      { hour: 48, said: 3100, used: 3100, close: true },
    ]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(['unknown', 'ok', 'underbilled', 'ok', 'ok']);
  });

  it('is accused of a leak that showed before it fell behind again', () => {
    const verdicts = play([
      { hour: 0, said: 0, used: 0 },
      { hour: 12, said: 1000, used: 1000 },
      { hour: 24, said: 2000, used: 2000, close: true },
      { hour: 36, said: 4000, used: 2500 },
      { hour: 48, said: 4000, used: 4000, close: true },
    ]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(['unknown', 'ok', 'ok', 'leak', 'leak']);
  });
});

it('sees the bill on both sides of a reset when there were looks in between', () => {
  const verdicts = play([
    { hour: 0, said: 5000, used: 0 },
    { hour: 20, said: 7000, used: 2000 },
    { hour: 24, said: 500, used: 2600, close: true },
  ]);
  expect(verdicts.at(-1)).toMatchObject({ kind: 'ok', bill: { low: 2500 * MB, high: null, newCycle: true } });
});

it('holds a window of four days to the share of one: 8 % is too much there', () => {
  const verdicts = play([
    { hour: 0, said: 0, used: 0 },
    { hour: 96, said: 11_100, used: 10_000, close: true },
  ]);
  expect(verdicts.at(-1)?.kind).toBe('leak');
});
