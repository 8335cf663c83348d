import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../simulator/random.ts';
import { readingAt } from '../../test/example-reports.ts';
import { FARTHEST, type Forecast, forecast } from './forecast.ts';

const DAY = 24 * 3_600_000;
const NOW = Date.parse('2026-11-23T23:55:00+08:00');

/** The forecast after days of so many bytes each, with so many left. */
function after(days: readonly number[], remaining: number, reset: number | null = null): Forecast {
  let used = 0;
  const trail = [0, ...days].map((bytes, day) => {
    used += bytes;
    return { at: NOW - (days.length - day) * DAY, used };
  });
  return forecast(readingAt(NOW, used, { quota: used + remaining, reset }), trail);
}

function rangeAfter(days: readonly number[], remaining: number): { low: number; days: number; high: number } {
  const result = after(days, remaining);
  if (!result.known || result.range === undefined) throw new Error('no range');
  return { low: result.range.low, days: result.days, high: result.range.high ?? Number.POSITIVE_INFINITY };
}

const someDays = fc
  .array(fc.nat({ max: 2 ** 36 }), { minLength: 1, maxLength: 70 })
  .filter((days) => days.slice(-56).some((bytes) => bytes > 0));
const someBytes = fc.integer({ min: 1, max: 2 ** 40 });

describe('the range', () => {
  it('is in order, and made of figures', () => {
    fc.assert(
      fc.property(someDays, someBytes, fc.integer({ min: 1, max: 366 * 24 }), (days, remaining, hours) => {
        const result = after(days, remaining, NOW / 1000 + hours * 3600);
        if (!result.known || result.range === undefined || result.reset === undefined) throw new Error('not known');
        const { low, high } = result.range;
        expect(low).toBeGreaterThan(0);
        expect(low).toBeLessThanOrEqual(Math.min(FARTHEST, result.days));
        if (high !== null) expect(high).toBeGreaterThanOrEqual(result.days);
        if (high !== null) expect(high).toBeLessThanOrEqual(FARTHEST);
        expect(Number.isFinite(result.days)).toBe(true);
        expect(result.reset.chance).toBeGreaterThanOrEqual(0);
        expect(result.reset.chance).toBeLessThanOrEqual(1);
        expect(result.reset.reached).toBe(result.days >= result.reset.days);
      }),
    );
  });

  it('grows with what remains', () => {
    fc.assert(
      fc.property(someDays, someBytes, someBytes, (days, first, second) => {
        const [less, more] = [rangeAfter(days, Math.min(first, second)), rangeAfter(days, Math.max(first, second))];
        expect(more.low).toBeGreaterThanOrEqual(less.low);
        expect(more.days).toBeGreaterThanOrEqual(less.days);
        expect(more.high).toBeGreaterThanOrEqual(less.high);
      }),
    );
  });

  it('is the same for a household of eight times the use', () => {
    fc.assert(
      fc.property(someDays, someBytes, (days, remaining) => {
        const times = days.map((bytes) => bytes * 8);
        expect(rangeAfter(times, remaining * 8)).toEqual(rangeAfter(days, remaining));
      }),
    );
  });

  it('narrows with days that are alike, and is wide after few', () => {
    const width = (count: number): number => {
      const { low, high } = rangeAfter(Array<number>(count).fill(2 ** 30), 10 * 2 ** 30);
      return high - low;
    };
    expect(width(1)).toBeGreaterThan(2 * width(7));
    expect(width(7)).toBeGreaterThan(2 * width(50));
  });

  it('is wider where past forecasts missed by more', () => {
    const scattered = Array.from({ length: 40 }, (_, day) => (day % 2 === 0 ? 1 : 3) * 2 ** 30);
    const wandering = Array.from({ length: 40 }, (_, day) => (Math.floor(day / 10) % 2 === 0 ? 1 : 3) * 2 ** 30);
    const ratio = ({ low, high }: { low: number; high: number }): number => high / low;
    expect(ratio(rangeAfter(wandering, 2 ** 34))).toBeGreaterThan(1.5 * ratio(rangeAfter(scattered, 2 ** 34)));
  });
});

describe('of many nights', () => {
  const normal = (random: Random): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const households: readonly (readonly [string, (random: Random) => () => number])[] = [
    ['scattered days', (random) => () => Math.exp(0.8 * normal(random))],
    ['steady days', (random) => () => Math.exp(0.3 * normal(random))],
    [
      'a level that wanders',
      (random) => {
        let level = 0;
        return () => {
          level += 0.04 * normal(random);
          return Math.exp(level + 0.5 * normal(random));
        };
      },
    ],
    [
      'days away',
      (random) => {
        let away = 0;
        return () => {
          away = away > 0 ? away - 1 : random.next() < 0.04 ? random.whole(2, 6) : 0;
          return away > 0 ? 0 : Math.exp(0.5 * normal(random));
        };
      },
    ],
  ];

  it.each(households)('about four of five lie within: %s', (name, habit) => {
    let [within, nights, sure, lasted] = [0, 0, 0, 0];
    for (let seed = 0; seed < 60; seed += 1) {
      const random = createRandom(`${name} ${seed}`);
      const draw = habit(random);
      const use = Array.from({ length: 300 }, () => Math.round(draw() * 2 ** 30));
      const total = (from: number, to: number): number => use.slice(from, to).reduce((sum, bytes) => sum + bytes, 0);
      for (let night = 4; night < 48; night += 6) {
        const remaining = Math.round(2 ** 30 * random.between(3, 30));
        const result = after(use.slice(0, night), remaining, NOW / 1000 + 10 * 86_400);
        if (!result.known) continue;
        let day = night;
        while (total(night, day + 1) < remaining) day += 1;
        const truth = day - night + (remaining - total(night, day)) / (use[day] ?? 1);
        const { range, reset } = result;
        nights += 1;
        if (range !== undefined && truth >= range.low && truth <= (range.high ?? FARTHEST)) within += 1;
        if ((reset?.chance ?? 0) < 0.9) continue;
        sure += 1;
        if (truth >= 10) lasted += 1;
      }
    }
    expect(within / nights).toBeGreaterThan(0.73);
    expect(within / nights).toBeLessThan(0.93);
    expect(sure).toBeGreaterThan(30);
    expect(lasted / sure).toBeGreaterThan(0.85);
  });
});
