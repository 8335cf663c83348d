import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivedSince, backlogAt, type Look, madeUpIn } from './lateness.ts';
import type { WindowRecord } from './window-record.ts';

const MB = 2 ** 20;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A look every two hours; figures in MB. `said` is what the airport billed, `low` to `high` what it should have. */
function looks(steps: readonly { said: number; low: number; high?: number; whole?: boolean }[]): Look[] {
  return steps.map(({ said, low, high = low, whole = true }, index) => ({
    at: index * 2 * HOUR,
    used: said * MB,
    precision: 0,
    above: { low: (said - low) * MB, likely: (said - (low + high) / 2) * MB, high: (said - high) * MB },
    whole,
    leak: false,
  }));
}

/** Closed days before the looks, in each of which the airport made up for so much of 1000 MB. */
const daysThatMadeUp = (megabytes: number, count = 7): WindowRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    from: (index - count) * DAY,
    to: (index - count + 1) * DAY,
    billed: 1000 * MB,
    low: 1000 * MB,
    likely: 1000 * MB,
    high: 1000 * MB,
    kind: 'ok' as const,
    whole: true,
    madeUp: megabytes * MB,
  }));

/** An evening through a node that may cost once or twice, billed once, and ten of its megabytes late. */
const cheapEvening = looks([
  { said: 0, low: 0 },
  { said: 200, low: 200, high: 400 },
  { said: 390, low: 400, high: 800 },
  { said: 400, low: 400, high: 800 },
]);

describe('what was late when a window began', () => {
  it('is all that prices leave open, while nobody knows how late this airport gets', () => {
    expect(backlogAt(6 * HOUR, cheapEvening, [])).toBe(400 * MB);
    expect(backlogAt(6 * HOUR, cheapEvening, daysThatMadeUp(0, 6))).toBe(400 * MB);
  });

  it('is little where the airport was never seen to make up for much', () => {
    expect(backlogAt(6 * HOUR, cheapEvening, daysThatMadeUp(0))).toBe(16 * MB);
    expect(backlogAt(6 * HOUR, cheapEvening, daysThatMadeUp(50))).toBe(100 * MB);
  });

  it('is all of it where the airport was seen to make up for that much', () => {
    expect(backlogAt(6 * HOUR, cheapEvening, daysThatMadeUp(500))).toBe(400 * MB);
  });

  it('does not learn from a leak', () => {
    const [first, ...others] = daysThatMadeUp(0, 8);
    if (first === undefined) throw new Error('no window');
    const windows = [{ ...first, kind: 'leak' as const, madeUp: 5000 * MB }, ...others];
    expect(backlogAt(6 * HOUR, cheapEvening, windows)).toBe(16 * MB);
  });

  it('is never less than what is missing of the lowest bill, and never more than what prices leave open', () => {
    const step = fc.record({ bill: fc.nat(900), low: fc.nat(900), wide: fc.nat(900) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 6 }), fc.nat(2000), (steps, madeUp) => {
        let [said, low, high] = [0, 0, 0];
        const seen = looks(
          [{ bill: 0, low: 0, wide: 0 }, ...steps].map((each) => {
            [said, low, high] = [said + each.bill, low + each.low, high + each.low + each.wide];
            return { said, low, high };
          }),
        );
        const last = seen.at(-1);
        if (last === undefined) throw new Error('no look');
        const backlog = backlogAt(last.at, seen, daysThatMadeUp(madeUp));
        const missing = Math.max(...seen.map(({ above }) => above.low - last.above.low));
        expect(backlog).toBeGreaterThanOrEqual(missing);
        expect(backlog).toBeLessThanOrEqual(Math.max(missing, backlogAt(last.at, seen, [])));
      }),
    );
  });
});

describe('what has arrived since', () => {
  /** A day of looks before the window, then one in which 300 MB come in the first night. */
  const day = looks(
    Array.from({ length: 25 }, (_, index) => ({
      said: index <= 12 ? index * 50 : 600 + Math.min(index - 12, 3) * 100,
      low: index * 50,
    })),
  );

  it('is known once a night is over', () => {
    expect(arrivedSince(24 * HOUR, day)).toBe(300 * MB);
    expect(arrivedSince(24 * HOUR, day.slice(0, 18))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is not known of a counter that still stands, nor of one that was hardly seen', () => {
    const standing = day.map((look) => (look.at > 24 * HOUR ? { ...look, used: 600 * MB } : look));
    expect(arrivedSince(24 * HOUR, standing)).toBe(Number.POSITIVE_INFINITY);
    expect(arrivedSince(24 * HOUR, day.slice(8))).toBe(Number.POSITIVE_INFINITY);
  });
});

it('is made up for when more is billed than the dearest way of what was used meanwhile', () => {
  const batches = looks([
    { said: 0, low: 0 },
    { said: 0, low: 100, high: 200 },
    { said: 0, low: 400, high: 800 },
    { said: 600, low: 410, high: 820 },
    { said: 600, low: 420, high: 840 },
  ]);
  expect(madeUpIn(batches)).toBe(580 * MB);
  expect(madeUpIn(batches.map((look, index) => ({ ...look, whole: index !== 3 })))).toBe(560 * MB);
});
