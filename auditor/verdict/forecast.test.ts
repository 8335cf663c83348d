import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/example-reports.ts';
import { FARTHEST, type Forecast, forecast, urgencyOf } from './forecast.ts';
import type { Reading } from './reading.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GB = 2 ** 30;
const NOW = Date.parse('2026-11-23T23:55:00+08:00');

const reading = (over: Partial<Reading> = {}): Reading => readingAt(NOW, 60 * GB, over);
const reasonOf = (...args: Parameters<typeof forecast>) => {
  const result = forecast(...args);
  return result.known ? undefined : result.reason.code;
};

const daysOf = (...args: Parameters<typeof forecast>) => {
  const result = forecast(...args);
  if (!result.known) throw new Error(result.reason.code);
  return result;
};
/** Readings at the end of each of the last days, from what each of them used, oldest first. */
const trailOf = (...gigabytes: number[]) => {
  let used = 60 * GB - gigabytes.reduce((sum, each) => sum + each * GB, 0);
  const days = gigabytes.length;
  return [0, ...gigabytes].map((each, index) => {
    used += each * GB;
    return { at: NOW - (days - index) * DAY, used };
  });
};

describe('the days left', () => {
  it('follow the pace of the last days, with a range', () => {
    const { days, range, pace } = daysOf(reading(), trailOf(10, 10, 10, 10));
    expect(days).toBeCloseTo(4);
    expect(pace).toBeCloseTo(10 * GB, -3);
    expect(range?.chance).toBe(0.8);
    expect(range?.low).toBeLessThan(4);
    expect(range?.high).toBeGreaterThan(4);
  });

  it('are those of the mean of the last eight weeks', () => {
    const days = [...Array<number>(5).fill(0.4), ...Array<number>(28).fill(0.1), ...Array<number>(28).fill(0.3)];
    expect(daysOf(reading(), trailOf(...days)).days).toBeCloseTo(40 / 0.2);
  });

  it('use the days before this cycle, from its first reading on', () => {
    const earlier = [{ from: NOW - 15 * DAY, to: NOW - DAY, bytes: 14 * 5 * GB }];
    expect(daysOf(reading(), trailOf(20), earlier).days).toBeCloseTo(40 / 6);
    const fresh = [{ from: NOW - 14 * DAY, to: NOW, bytes: 14 * 5 * GB }];
    expect(daysOf(reading(), [{ at: NOW, used: 60 * GB }], fresh).days).toBeCloseTo(8);
  });

  it('leave out what no reading covers', () => {
    const old = [{ from: NOW - 20 * DAY, to: NOW - 10 * DAY, bytes: 10 * 6 * GB }];
    expect(daysOf(reading(), trailOf(2, 2), old).days).toBeCloseTo(40 / ((10 * 6 + 2 * 2) / 12));
  });

  it('do not count twice what an old answer took back for some hours', () => {
    const steady = trailOf(5, 5, 5, 5);
    const stale = { at: NOW - 1.5 * DAY, used: 42 * GB };
    expect(daysOf(reading(), [...steady, stale]).days).toBeCloseTo(8);
  });

  it('take a credit for a stretch without use', () => {
    const trail = [0, 10, 20, 24, 34, 44].map((each, day) => ({ at: NOW - (6 - day) * DAY, used: (16 + each) * GB }));
    const credited = trail.map((point, day) => (day < 3 ? { ...point, used: point.used + 20 * GB } : point));
    expect(daysOf(reading(), credited).days).toBeCloseTo(6);
  });

  it('stand without a reset that is not known', () => {
    expect(daysOf(reading(), trailOf(10, 10)).reset).toBeUndefined();
  });

  it('are a figure, however little is used', () => {
    const { days, range } = daysOf(reading(), [{ at: NOW - DAY, used: 60 * GB - 1 }]);
    expect(days).toBeCloseTo(40 * GB, -3);
    expect(range).toEqual({ low: FARTHEST, high: null, chance: 0.8 });
  });

  it('say what a day may cost to reach the reset, and the chance that it is reached', () => {
    const result = daysOf(reading({ reset: NOW / 1000 + 8 * 86_400 }), trailOf(10, 10, 10, 10));
    expect(result.reset).toMatchObject({ days: 8, allowance: 5 * GB, reached: false });
    expect(result.reset?.chance).toBeLessThan(0.5);
  });

  it('end with the plan when that comes first', () => {
    const result = daysOf(
      reading({ expiry: NOW / 1000 + 2 * 86_400, reset: NOW / 1000 + 8 * 86_400 }),
      trailOf(10, 10),
    );
    expect(result).toMatchObject({ expiry: { days: 2, reached: true } });
    expect(result.reset).toBeUndefined();
  });

  it('have no range before a whole day was seen', () => {
    const result = daysOf(reading(), [{ at: NOW - 12 * HOUR, used: 55 * GB }]);
    expect(result).toMatchObject({ days: 4, pace: 10 * GB });
    expect(result.range).toBeUndefined();
  });

  it('are none when the quota is used up', () => {
    const spent = reading({ used: 101 * GB });
    expect(forecast(spent, [{ at: NOW - DAY, used: 101 * GB }])).toMatchObject({ known: true, days: 0 });
  });
});

it.each([
  ['the plan is unlimited', reading({ unlimited: true, quota: null }), 'quota_unlimited'],
  ['the quota is unknown', reading({ quota: null }), 'quota_unknown'],
  ['the use is unknown', reading({ used: null }), 'use_unknown'],
  ['the plan has expired', reading({ expiry: NOW / 1000 - 1 }), 'plan_expired'],
])('refuses when %s', (_, given, code) => {
  expect(reasonOf(given, [{ at: NOW - DAY, used: 0 }])).toBe(code);
});

it('refuses after less than six hours, and when nothing was used', () => {
  expect(reasonOf(reading(), [{ at: NOW - 5 * HOUR, used: 0 }])).toBe('observed_too_short');
  expect(reasonOf(reading(), [])).toBe('observed_too_short');
  expect(reasonOf(reading(), [{ at: NOW - DAY, used: 60 * GB }])).toBe('no_use');
});

describe('how urgent days left are', () => {
  const left = (days: number, end?: { days: number; which: 'reset' | 'expiry' }): Forecast => ({
    known: true,
    days,
    pace: 1,
    ...(end === undefined ? {} : { [end.which]: { days: end.days, allowance: 1, reached: days >= end.days } }),
  });

  it.each([
    ['they reach the reset', left(9, { which: 'reset', days: 8 }), 'plain'],
    ['they reach the plan’s end', left(9, { which: 'expiry', days: 8 }), 'plain'],
    ['the reset comes within hours, and they reach it', left(0.5, { which: 'reset', days: 0.2 }), 'plain'],
    ['they do not reach the reset', left(4, { which: 'reset', days: 8 }), 'short'],
    ['they do not reach the plan’s end', left(4, { which: 'expiry', days: 8 }), 'short'],
    ['less than one is left', left(0.9, { which: 'reset', days: 8 }), 'last_day'],
    ['few are left, and neither reset nor end is known', left(2), 'plain'],
    ['less than one is left, and neither reset nor end is known', left(0.9), 'last_day'],
    ['they are not known', { known: false, reason: { code: 'no_use' } }, 'plain'],
  ] as const)('where %s', (_, forecast, urgency) => {
    expect(urgencyOf(forecast)).toBe(urgency);
  });
});
