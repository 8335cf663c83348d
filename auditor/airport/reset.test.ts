import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/example-reports.ts';
import { type Cycle, completed, needsReset, resetAwaited, resetDue } from './cycle.ts';
import { monthly, nextReset, readResetRule, type Schedule } from './reset.ts';
import { type AirportRules, NO_RULES } from './settings.ts';
import { quotaInBody } from './subscription.ts';

const time = (text: string): number => Date.parse(text);
const seconds = (text: string): number => time(text) / 1000;
const ZONE = 'Asia/Shanghai';
const GB = 2 ** 30;
const rules: AirportRules = NO_RULES;

describe('the next reset', () => {
  it('is the next midnight of that day, in the zone of the airport', () => {
    const next = (text: string): number | null => nextReset(time(text), monthly(16), ZONE);
    expect(next('2026-11-23T12:00:00+08:00')).toBe(seconds('2026-12-16T00:00:00+08:00'));
    expect(next('2026-11-15T23:59:00+08:00')).toBe(seconds('2026-11-16T00:00:00+08:00'));
    expect(next('2026-11-16T00:00:00+08:00')).toBe(seconds('2026-12-16T00:00:00+08:00'));
  });

  it('is the last day of a month that is too short', () => {
    const next = (text: string): number | null => nextReset(time(text), monthly(31), ZONE);
    expect(next('2027-02-10T00:00:00+08:00')).toBe(seconds('2027-02-28T00:00:00+08:00'));
    expect(next('2027-02-28T01:00:00+08:00')).toBe(seconds('2027-03-31T00:00:00+08:00'));
  });

  it('keeps to midnight where clocks change', () => {
    const zone = 'America/Los_Angeles';
    const next = nextReset(time('2026-10-20T12:00:00-07:00'), monthly(16), zone);
    expect(next).toBe(seconds('2026-11-16T00:00:00-08:00'));
  });

  it.each<[string, Schedule, string, string]>([
    ['daily', { kind: 'daily', hour: 8, minute: 30 }, '2026-11-23T08:30:00+08:00', '2026-11-24T08:30:00+08:00'],
    [
      'weekly',
      { kind: 'weekly', weekday: 1, hour: 4, minute: 0 },
      '2026-11-29T12:00:00+08:00',
      '2026-11-30T04:00:00+08:00',
    ],
    [
      'weekly, on the day itself',
      { kind: 'weekly', weekday: 7, hour: 4, minute: 0 },
      '2026-11-29T03:00:00+08:00',
      '2026-11-29T04:00:00+08:00',
    ],
    [
      'monthly, at an hour',
      { kind: 'monthly', day: 23, hour: 13, minute: 5 },
      '2026-11-23T12:00:00+08:00',
      '2026-11-23T13:05:00+08:00',
    ],
    [
      'yearly',
      { kind: 'yearly', month: 11, day: 23, hour: 0, minute: 0 },
      '2026-11-23T12:00:00+08:00',
      '2027-11-23T00:00:00+08:00',
    ],
    [
      'on 29 February',
      { kind: 'yearly', month: 2, day: 29, hour: 0, minute: 0 },
      '2026-11-23T12:00:00+08:00',
      '2027-02-28T00:00:00+08:00',
    ],
  ])('is found for what resets %s', (_, schedule, now, expected) => {
    expect(nextReset(time(now), schedule, ZONE)).toBe(seconds(expected));
  });

  it('never comes where it never comes', () => {
    expect(nextReset(0, { kind: 'never' }, ZONE)).toBeNull();
  });
});

describe('a reset', () => {
  const due = (schedule: Schedule | undefined, from: string, to: string, told?: string): boolean =>
    resetDue(
      schedule,
      time(`${from}+08:00`),
      time(`${to}+08:00`),
      ZONE,
      told === undefined ? null : seconds(`${told}+08:00`),
    );

  it('is due near its instant, and for what resets every day not all day', () => {
    expect(due(monthly(16), '2026-11-15T23:00:00', '2026-11-16T01:00:00')).toBe(true);
    expect(due(monthly(16), '2026-11-16T05:00:00', '2026-11-16T07:00:00')).toBe(true);
    expect(due(monthly(16), '2026-11-16T07:00:00', '2026-11-16T09:00:00')).toBe(false);
    expect(due({ kind: 'daily', hour: 0, minute: 0 }, '2026-11-16T05:00:00', '2026-11-16T07:00:00')).toBe(false);
    expect(due({ kind: 'never' }, '2026-11-16T05:00:00', '2027-11-16T07:00:00')).toBe(false);
  });

  it('is due by what the airport told', () => {
    expect(due(undefined, '2026-11-15T23:00:00', '2026-11-16T01:00:00', '2026-11-16T00:10:00')).toBe(true);
    expect(due(undefined, '2026-11-15T23:00:00', '2026-11-16T01:00:00', '2026-12-16T00:10:00')).toBe(false);
    expect(due(undefined, '2026-11-15T23:00:00', '2026-11-16T01:00:00')).toBe(false);
  });
});

describe('a reading', () => {
  const now = readingAt(time('2026-11-23T12:00:00+08:00'), 3 * GB);
  const fallOn = (day: string) => ({
    since: time(`${day}T00:00:00+08:00`) - 30 * 86_400_000,
    from: time(`${day}T00:00:00+08:00`) - 3_600_000,
    to: time(`${day}T00:00:00+08:00`) + 3_600_000,
    small: true,
    renewed: false,
  });
  const cycle = (...days: string[]): Cycle => ({ start: 0, seen: true, trail: [], falls: days.map(fallOn) });

  it('is completed with the reset that falls show, and with none while they do not', () => {
    const [known, unknown] = [cycle('2026-10-15', '2026-11-15'), cycle('2026-11-15')];
    expect(completed(now, known, rules, ZONE).reset).toBe(seconds('2026-12-15T00:00:00+08:00'));
    expect(completed(now, unknown, rules, ZONE).reset).toBeNull();
    expect(needsReset(completed(now, unknown, rules, ZONE), unknown, rules, ZONE)).toBe(true);
    expect(needsReset(completed(now, known, rules, ZONE), known, rules, ZONE)).toBe(false);
    expect(needsReset(now, undefined, rules, ZONE)).toBe(false);
    const never = { ...rules, reset: { kind: 'never' as const } };
    expect(completed(now, known, never, ZONE).reset).toBeNull();
    expect(needsReset(now, known, never, ZONE)).toBe(false);
  });

  it('has quota and reset of the settings before all else', () => {
    const unlimited = { ...now, quota: null, unlimited: true, reset: 5 };
    expect(completed(unlimited, undefined, { ...rules, resetDay: 1, quota: 50 * GB }, ZONE)).toMatchObject({
      reset: seconds('2026-12-01T00:00:00+08:00'),
      quota: 50 * GB,
      unlimited: false,
    });
    expect(completed(unlimited, undefined, rules, ZONE).reset).toBe(5);
  });

  it('tells whether the next one may come after a reset', () => {
    const last = readingAt(time('2026-11-30T23:00:00+08:00'), 3 * GB);
    const next = time('2026-12-01T01:00:00+08:00');
    expect(resetAwaited(last, next, undefined, { resetDay: 1 }, ZONE)).toBe(true);
    expect(resetAwaited(last, next, undefined, { resetDay: 2, timezone: 'America/New_York' }, ZONE)).toBe(false);
    expect(resetAwaited(last, next, undefined, {}, ZONE)).toBe(false);
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

it.each([
  ['daily', { kind: 'daily', hour: 0, minute: 0 }],
  ['Daily 08:30', { kind: 'daily', hour: 8, minute: 30 }],
  ['weekly mon', { kind: 'weekly', weekday: 1, hour: 0, minute: 0 }],
  ['weekly Sunday 4:05', { kind: 'weekly', weekday: 7, hour: 4, minute: 5 }],
  ['weekly 周日', { kind: 'weekly', weekday: 7, hour: 0, minute: 0 }],
  ['weekly 3', { kind: 'weekly', weekday: 3, hour: 0, minute: 0 }],
  [' monthly  31 ', { kind: 'monthly', day: 31, hour: 0, minute: 0 }],
  ['monthly 1 23:59', { kind: 'monthly', day: 1, hour: 23, minute: 59 }],
  ['yearly 02-29', { kind: 'yearly', month: 2, day: 29, hour: 0, minute: 0 }],
  ['never', { kind: 'never' }],
])('reads %s', (text, schedule) => {
  expect(readResetRule(text)).toEqual(schedule);
});

it.each([
  '16',
  'monthly',
  'monthly 0',
  'monthly 32',
  'monthly 1.5',
  'monthly 16 24:00',
  'monthly 16 8',
  'weekly',
  'weekly 8',
  'weekly someday',
  'yearly 13-01',
  'yearly 02-30',
  'yearly 1',
  'daily 1',
  'never 08:00',
  'hourly',
  '08:00',
])('does not read %s', (text) => {
  expect(readResetRule(text)).toBeUndefined();
});
