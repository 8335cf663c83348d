import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEGAN, type Closed, chanceOn, closedWindow, DAY, days, GB, MB, usedOn } from '../../test/windows.ts';
import { changeOf, fallOf, neededAlone, neededOf } from './change.ts';
import { compared } from './compared.ts';
import type { Change } from './finding.ts';
import { habitOf } from './learn.ts';

/** Days as they were: half a percent of chance, and something besides what was used. */
const spans = (count: number, beside: (day: number) => number = () => 0, of: (day: number) => Closed = () => ({})) =>
  compared(
    days(count, (day) => {
      const used = usedOn(day);
      return closedWindow(day, {
        used,
        billed: Math.round(used * (1 + 0.005 * chanceOn(day)) + beside(day)),
        ...of(day),
      });
    }),
  ).spans;
const from =
  (first: number, bytes: number) =>
  (day: number): number =>
    day >= first ? bytes : 0;
const dayOf = (change: Change | undefined): number => ((change?.since ?? Number.NaN) - BEGAN) / DAY;

describe('an excess that began and stayed', () => {
  it('is found though it is small, with when it began and how much it was', () => {
    const change = changeOf(spans(35, from(25, 300 * MB)), BEGAN, null);
    expect(Math.abs(dayOf(change) - 25)).toBeLessThanOrEqual(2);
    expect(Math.abs((change?.bytes ?? 0) / (10 * 300 * MB) - 1)).toBeLessThan(0.25);
  });

  it('is not chance', () => {
    for (let length = 6; length <= 40; length += 1) expect(changeOf(spans(length), BEGAN, null)).toBeUndefined();
  });

  it('is not one odd night, on that night or on those after it, but for rare chance', () => {
    const told = days(30, (draw) => {
      const odd = (day: number): Closed => {
        const used = usedOn(day + 50 * draw);
        const chance = [0, 2000, 4000, 6000].reduce((sum, each) => sum + chanceOn(day + 50 * draw + each), 0);
        return { used, billed: Math.round(used * (1 + 0.004 * chance)) + (day === 22 ? GB : 0) };
      };
      return [23, 25, 29].some(
        (nights) =>
          changeOf(
            spans(nights, () => 0, odd),
            BEGAN,
            null,
          ) !== undefined,
      );
    });
    expect(told.filter((each) => each).length).toBeLessThanOrEqual(2);
  });

  it('is found in one window of some nights, or of devices that were silent, where each night shows it', () => {
    const nights = (...excess: number[]): Closed => ({
      to: BEGAN + (20 + excess.length) * DAY,
      used: excess.length * 10 * GB,
      nights: excess.map((bytes) => ({ days: 1, excess: bytes })),
      billed: excess.reduce((sum, bytes) => sum + bytes, excess.length * 10 * GB),
    });
    const found = (long: Closed): boolean =>
      changeOf(
        spans(
          21,
          () => 0,
          (day) => (day === 20 ? long : {}),
        ),
        BEGAN,
        null,
      ) !== undefined;
    expect(found(nights(GB, 0.9 * GB, 1.1 * GB))).toBe(true);
    expect(found(nights(3 * GB, 0, 0))).toBe(false);
    expect(found(nights(3 * GB))).toBe(false);
    const silent = (day: number): Closed => (day === 18 || day === 19 ? { whole: false } : {});
    expect(changeOf(spans(21, from(18, GB), silent), BEGAN, null)).toBeDefined();
    expect(
      changeOf(
        spans(21, (day) => (day === 19 ? 3 * GB : 0), silent),
        BEGAN,
        null,
      ),
    ).toBeUndefined();
  });

  it('needs hardly more in windows of two nights than in as many of one', () => {
    const least = (of: (day: number) => Closed): number =>
      days(60, (each) => (each + 1) * 5 * MB).find(
        (bytes) => changeOf(spans(24, from(21, bytes), of), BEGAN, null) !== undefined,
      ) ?? Number.POSITIVE_INFINITY;
    const apart = least(() => ({}));
    const joined = least((day) => (day === 22 ? { whole: false } : {}));
    expect(apart).toBeGreaterThan(34 * MB);
    expect(joined / apart).toBeLessThan(1.2);
  });

  it('needs more before a day is over', () => {
    const least = (early: boolean): number =>
      days(60, (each) => (each + 1) * 5 * MB).find(
        (bytes) => changeOf(spans(24, from(21, bytes)), BEGAN, null, early) !== undefined,
      ) ?? Number.POSITIVE_INFINITY;
    expect(least(true) / least(false)).toBeGreaterThan(1.25);
  });

  it('is none where only what was deferred moves', () => {
    const deferred = (day: number): Closed => ({ deferred: Math.round((day >= 25 ? 1 : 0) * 300 * MB) });
    expect(
      changeOf(
        spans(35, () => 0, deferred),
        BEGAN,
        null,
      ),
    ).toBeUndefined();
  });

  it('is told every night until it ends, and some nights later no more', () => {
    const ended = (day: number): number => (day >= 25 && day < 33 ? 400 * MB : 0);
    let told: number | null = null;
    const nights: boolean[] = [];
    for (let night = 25; night < 45; night += 1) {
      told = changeOf(spans(night + 1, ended), BEGAN, told)?.since ?? null;
      nights.push(told !== null);
    }
    const first = nights.indexOf(true);
    expect(first).toBeLessThan(3);
    expect(nights.slice(first, 8)).not.toContain(false);
    expect(nights.slice(8 + 4)).not.toContain(true);
  });

  it('that comes and goes is one, until it stays away for twice as long as before', () => {
    const shown = [25, 26, 29, 33];
    let told: number | null = null;
    const nights = days(20, (night) => {
      told =
        changeOf(
          spans(night + 26, (day) => (shown.includes(day) ? 2 * GB : 0)),
          BEGAN,
          told,
        )?.since ?? null;
      return told;
    });
    expect(new Set(nights.slice(1, 9)).size).toBe(1);
    expect(nights[1]).not.toBeNull();
    expect(nights.slice(8 + 7)).toEqual(days(5, () => null));
  });

  it('that was told and has ended is another one only by later days', () => {
    const shown = (day: number): boolean => (day >= 24 && day <= 27) || day >= 32;
    const foundOn = (of: (day: number) => Closed): (number | null)[] =>
      days(10, (night) => {
        const all = spans(33 + night, (day) => (shown(day) ? 600 * MB : 0), of);
        const change = changeOf(all, BEGAN, null);
        return change === undefined ? null : dayOf(change);
      });
    const told = (day: number): Closed => (day >= 25 && day <= 27 ? { kind: 'drift', changed: BEGAN + 24 * DAY } : {});
    const [untold, toldBefore] = [foundOn(() => ({})), foundOn(told)];
    expect(untold).toContain(24);
    expect(toldBefore.filter((since) => since !== null && since < 28)).toEqual([]);
    expect(toldBefore.findIndex((since) => since !== null)).toBeLessThan(6);
  });

  it('is looked for only where some days before it tell what was usual', () => {
    expect(changeOf(spans(12, from(2, 2 * GB)), BEGAN, null)).toBeUndefined();
  });

  it('costs nobody anything below 100 MB', () => {
    const little = compared(
      days(30, (day) => closedWindow(day, { used: 100 * MB, billed: 100 * MB + from(27, 20 * MB)(day) })),
    );
    expect(changeOf(little.spans, BEGAN, null)).toBeUndefined();
  });
});

it('knows a habit that became cheaper, and takes it for no excess', () => {
  const cheaper = spans(34, (day) => (day < 24 ? 900 * MB : 0));
  expect(changeOf(cheaper, BEGAN, null)).toBeUndefined();
  expect(Math.abs(dayOf(fallOf(cheaper, BEGAN)) - 24)).toBeLessThanOrEqual(2);
});

it('finds nothing in what an honest airport bills, whatever is used', () => {
  const world = fc.record({
    use: fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 30, maxLength: 60 }),
    noise: fc.constantFrom(0, 0.002, 0.01),
    luck: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 60, maxLength: 60 }),
    beside: fc.constantFrom(0, 30, 800),
  });
  fc.assert(
    fc.property(world, ({ use, noise, luck, beside }) => {
      const all = compared(
        use.map((megabytes, day) => {
          const billed = Math.round(megabytes * (1 + (noise * (luck[day] ?? 0)) / 1000) + beside) * MB;
          return closedWindow(day, { used: megabytes * MB, billed });
        }),
      ).spans;
      expect(changeOf(all, BEGAN, null)).toBeUndefined();
    }),
    { numRuns: 50, endOnFailure: true },
  );
});

it('alarms on one window alone beyond twice what any has shown, and on several in a row beyond less', () => {
  const habit = { ...habitOf(spans(30), BEGAN), highest: () => 6, longRun: () => 1 };
  expect(neededAlone(habit)).toBe(12);
  expect(neededOf(habit, 1)).toBeCloseTo(7.8);
});
