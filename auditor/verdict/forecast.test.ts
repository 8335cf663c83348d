import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/readings.ts';
import { forecast } from './forecast.ts';
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

  it('follow newer days more than older ones', () => {
    const rising = daysOf(reading(), trailOf(...Array.from({ length: 20 }, (_, day) => (day < 10 ? 1 : 3))));
    expect(rising.days).toBeLessThan(40 / 2);
    expect(rising.days).toBeGreaterThan(40 / 3);
  });

  it('know that weekends are dearer', () => {
    const weeks = [1, 1, 1, 1, 1, 10, 10, 1, 1, 1, 1, 1, 10, 10, 1, 1, 1, 1, 1, 10, 10];
    const beforeWorkdays = daysOf(reading({ quota: 68 * GB }), trailOf(...weeks.map((each) => each / 2)));
    const beforeWeekend = daysOf(
      reading({ quota: 68 * GB }),
      trailOf(...[...weeks.slice(5), ...weeks.slice(0, 5)].map((each) => each / 2)),
    );
    expect(beforeWorkdays.days).toBeGreaterThan(beforeWeekend.days + 2);
  });

  it('use the days before this cycle while it is young', () => {
    const earlier = [{ from: NOW - 15 * DAY, to: NOW - DAY, bytes: 14 * 5 * GB }];
    expect(daysOf(reading(), trailOf(20), earlier).days).toBeGreaterThan(5);
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
    expect(result).toMatchObject({ expires: 2 });
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
