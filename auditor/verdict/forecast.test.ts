import { describe, expect, it } from 'vitest';
import { forecast } from './forecast.ts';
import type { Reading } from './reading.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GB = 2 ** 30;
const NOW = Date.parse('2026-11-23T23:55:00+08:00');

const reading = (over: Partial<Reading> = {}): Reading => ({
  at: NOW,
  upload: 0,
  download: 60 * GB,
  used: 60 * GB,
  quota: 100 * GB,
  unlimited: false,
  expiry: null,
  reset: null,
  precision: 0,
  reasons: [],
  ...over,
});
const reasonOf = (...args: Parameters<typeof forecast>) => {
  const result = forecast(...args);
  return result.known ? undefined : result.reason.code;
};

describe('the days left', () => {
  it('follow the pace of the last days', () => {
    expect(forecast(reading(), [{ at: NOW - 4 * DAY, used: 20 * GB }])).toEqual({
      known: true,
      days: 4,
      pace: 10 * GB,
    });
  });

  it('leave out what was more than a week ago', () => {
    const trail = [
      { at: NOW - 20 * DAY, used: 0 },
      { at: NOW - 5 * DAY, used: 50 * GB },
    ];
    expect(forecast(reading(), trail)).toMatchObject({ days: 20, pace: 2 * GB });
  });

  it('say what a day may cost to reach the reset', () => {
    const result = forecast(reading({ reset: NOW / 1000 + 8 * 86_400 }), [{ at: NOW - 4 * DAY, used: 20 * GB }]);
    expect(result).toMatchObject({ days: 4, reset: { days: 8, allowance: 5 * GB, reached: false } });
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
