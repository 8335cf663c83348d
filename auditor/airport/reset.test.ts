import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/readings.ts';
import { completed } from './completed.ts';
import { advanceCycle, type Cycle } from './cycle.ts';
import { nextReset } from './reset.ts';
import { quotaInBody } from './subscription-origin.ts';

const time = (text: string): number => Date.parse(text);
const seconds = (text: string): number => time(text) / 1000;
const ZONE = 'Asia/Shanghai';
const GB = 2 ** 30;
const rules = { providers: [], multipliers: [] };

describe('the next reset', () => {
  it('is the next midnight of that day, in the zone of the airport', () => {
    expect(nextReset(time('2026-11-23T12:00:00+08:00'), 16, ZONE)).toBe(seconds('2026-12-16T00:00:00+08:00'));
    expect(nextReset(time('2026-11-15T23:59:00+08:00'), 16, ZONE)).toBe(seconds('2026-11-16T00:00:00+08:00'));
    expect(nextReset(time('2026-11-16T00:00:00+08:00'), 16, ZONE)).toBe(seconds('2026-12-16T00:00:00+08:00'));
  });

  it('is the last day of a month that is too short', () => {
    expect(nextReset(time('2027-02-10T00:00:00+08:00'), 31, ZONE)).toBe(seconds('2027-02-28T00:00:00+08:00'));
    expect(nextReset(time('2027-02-28T01:00:00+08:00'), 31, ZONE)).toBe(seconds('2027-03-31T00:00:00+08:00'));
  });

  it('keeps to midnight where clocks change', () => {
    const zone = 'America/Los_Angeles';
    expect(nextReset(time('2026-10-20T12:00:00-07:00'), 16, zone)).toBe(seconds('2026-11-16T00:00:00-08:00'));
  });

  it('is learned from use that began anew, and not from credit', () => {
    const cycle = (...used: number[]): Cycle | undefined =>
      used
        .map((each, day) => readingAt(time('2026-11-14T08:00:00+08:00') + day * 86_400_000, each))
        .reduce<Cycle | undefined>(advanceCycle, undefined);
    const now = readingAt(time('2026-11-23T12:00:00+08:00'), 3 * GB);
    expect(completed(now, cycle(50 * GB, 60 * GB, GB), rules, ZONE).reset).toBe(seconds('2026-12-16T00:00:00+08:00'));
    expect(completed(now, cycle(50 * GB, 60 * GB, 55 * GB), rules, ZONE).reset).toBeNull();
  });

  it('and the quota are what the settings say', () => {
    const now = { ...readingAt(time('2026-11-23T12:00:00+08:00'), 3 * GB), quota: null, unlimited: true };
    expect(completed(now, undefined, { ...rules, resetDay: 1, quota: 50 * GB }, ZONE)).toMatchObject({
      reset: seconds('2026-12-01T00:00:00+08:00'),
      quota: 50 * GB,
      unlimited: false,
    });
  });
});

it('reads the counter of JustMySocks, whose days are those of Los Angeles', () => {
  const body = '{"monthly_bw_limit_b":500000000000,"bw_counter_b":79018881709,"bw_reset_day_of_month":16}';
  expect(quotaInBody(body, time('2026-11-23T00:00:00Z'))).toMatchObject({
    used: 79_018_881_709,
    quota: 500_000_000_000,
    upload: null,
    reset: seconds('2026-12-16T00:00:00-08:00'),
  });
  expect(quotaInBody('{"bw_counter_b":"many"}', 0)).toBeUndefined();
});
