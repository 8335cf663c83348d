import { describe, expect, it } from 'vitest';
import { createDaysOfUse, type DaysOfUse } from './book.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = 20_000.5 * DAY;

/** Frames of so long, one in ten seconds; the time at the end. */
function use(days: DaysOfUse, from: number, milliseconds: number): number {
  let now = 0;
  for (let at = from; at <= from + milliseconds; at += 10_000) now = days.pass(at);
  return now;
}

describe('days of use', () => {
  it('pass as real ones do where a device is always on, or on for an hour a day', () => {
    for (const daily of [DAY - 10_000, HOUR]) {
      const days = createDaysOfUse(undefined);
      for (let day = 0; day <= 40; day += 1) use(days, 20_000 * DAY + day * DAY, daily);
      expect(days.pass(20_040 * DAY + DAY / 2)).toBe(20_040 * DAY);
    }
  });

  it('do not pass with a clock that leaps ahead, falls back to 1970 or does both again and again', () => {
    const days = createDaysOfUse(undefined);
    expect(use(days, NOON, HOUR)).toBe(NOON);
    for (const elsewhere of [NOON + 40 * DAY, 0, NOON - 400 * DAY]) use(days, elsewhere, HOUR / 10);
    for (let start = 0; start < 100; start += 1) {
      use(days, 30_000, 60_000);
      use(days, NOON + start * 1000, 60_000);
    }
    expect(days.pass(NOON + HOUR)).toBe(NOON);
    // A clock that stays wrong lets a day pass, not forty; and one more once it is right again.
    expect(use(days, NOON + 40 * DAY, 20 * HOUR)).toBeLessThanOrEqual(NOON + 2 * DAY);
    expect(use(days, NOON + DAY, HOUR)).toBeLessThanOrEqual(NOON + 3 * DAY);
  });

  it('go on where they were saved', () => {
    const days = createDaysOfUse(undefined);
    use(days, NOON, DAY);
    const saved = days.save();
    expect(saved).toEqual({ now: NOON + DAY, day: 20_001 });
    expect(use(createDaysOfUse(saved), NOON + DAY, HOUR / 2)).toBe(NOON + DAY);
  });

  it('begin at the time of counters that come without any', () => {
    expect(createDaysOfUse(undefined, 5).pass(NOON)).toBe(5);
  });
});
