import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarMinutes, isTimeOfDay, isTimeZone, localDayAt } from './local-day.ts';

const shanghai = { zone: 'Asia/Shanghai', dayEnds: '23:55' };
const iso = (at: number): string => new Date(at).toISOString();

describe('localDayAt', () => {
  it('runs from 23:55 to 23:55 local time, whatever zone the machine is in', () => {
    const day = localDayAt(Date.parse('2026-11-23T12:00:00+08:00'), shanghai);
    expect(day.date).toBe('2026-11-23');
    expect(iso(day.start)).toBe('2026-11-22T15:55:00.000Z');
    expect(iso(day.end)).toBe('2026-11-23T15:55:00.000Z');
  });

  it('puts 23:55 into the next day', () => {
    expect(localDayAt(Date.parse('2026-11-23T23:54:59.999+08:00'), shanghai).date).toBe('2026-11-23');
    expect(localDayAt(Date.parse('2026-11-23T23:55:00+08:00'), shanghai).date).toBe('2026-11-24');
  });

  it('is the calendar day when days end at 00:00', () => {
    const day = localDayAt(Date.parse('2026-11-23T00:00:00+08:00'), { zone: 'Asia/Shanghai', dayEnds: '00:00' });
    expect(day.date).toBe('2026-11-23');
    expect(iso(day.start)).toBe('2026-11-22T16:00:00.000Z');
  });

  it.each([
    ['2026-03-29T12:00:00Z', 23],
    ['2026-10-25T12:00:00Z', 25],
  ])('has the hours that the clocks of Berlin leave it on %s', (at, hours) => {
    const day = localDayAt(Date.parse(at), { zone: 'Europe/Berlin', dayEnds: '23:55' });
    expect((day.end - day.start) / 3_600_000).toBe(hours);
  });

  it.each([
    ['Africa/Cairo', '2024-10-31T20:55:00.000Z'],
    ['America/Santiago', '2025-04-06T02:55:00.000Z'],
  ])('ends in %s when 23:55 is shown for the first of two times', (zone, end) => {
    const rule = { zone, dayEnds: '23:55' };
    expect(iso(localDayAt(Date.parse(end) - 1, rule).end)).toBe(end);
    for (const minutes of [0, 30, 59, 60, 61]) {
      const day = localDayAt(Date.parse(end) + minutes * 60_000, rule);
      expect([iso(day.start), (day.end - day.start) / 3_600_000]).toEqual([end, 25]);
    }
  });

  it('leaves no gap and no overlap between days', () => {
    const anyTime = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    // Clocks were set back, or forward, within half a day of these.
    const changes = [
      '2024-10-31T21:00Z',
      '2025-04-06T03:00Z',
      '2025-11-02T05:00Z',
      '2025-10-26T01:00Z',
      '2025-04-24T22:00Z',
    ];
    const nearChange = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -48, max: 48 }))
      .map(([change, quarters]) => new Date(Date.parse(change) + quarters * 900_000));
    const instants = fc.oneof(anyTime, nearChange);
    const zones = fc.constantFrom(
      ...['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'],
      ...['Africa/Cairo', 'America/Santiago', 'America/Havana'],
    );
    const ends = fc.constantFrom('23:55', '00:00', '02:30', '12:00');
    fc.assert(
      fc.property(instants, zones, ends, (instant, zone, dayEnds) => {
        const rule = { zone, dayEnds };
        const day = localDayAt(instant.getTime(), rule);
        expect(day.start).toBeLessThanOrEqual(instant.getTime());
        expect(day.end).toBeGreaterThan(instant.getTime());
        expect(localDayAt(day.end, rule).start).toBe(day.end);
        expect(localDayAt(day.start - 1, rule).end).toBe(day.start);
      }),
    );
  });
});

it.each([
  ['put forward', 'Europe/Berlin', '2026-03-28T12:00Z'],
  ['set back', 'Europe/Berlin', '2026-10-24T12:00Z'],
  ['put forward at midnight', 'Africa/Cairo', '2026-04-23T12:00Z'],
  ['set back at midnight', 'America/Santiago', '2026-04-04T12:00Z'],
  ['put forward by half an hour', 'Australia/Lord_Howe', '2026-10-03T06:00Z'],
  ['set back by half an hour', 'Australia/Lord_Howe', '2026-04-04T06:00Z'],
])('each minute of the calendar comes once where clocks are %s in %s', (_, zone, from) => {
  const minutes = Array.from({ length: 24 * 60 }, (_, index) =>
    calendarMinutes(Date.parse(from) + index * 60_000, zone),
  );
  expect(Math.max(...minutes.map(({ length }) => length)) > 1 || minutes.some(({ length }) => length === 0)).toBe(true);
  const all = minutes.flat();
  expect(all).toEqual(all.map((_, index) => (all[0] ?? 0) + index * 60_000));
});

it('knows time zones and times of day', () => {
  expect([isTimeZone('Asia/Shanghai'), isTimeZone('Mars/Base')]).toEqual([true, false]);
  expect([isTimeOfDay('23:55'), isTimeOfDay('24:00'), isTimeOfDay('9:00')]).toEqual([true, false, false]);
});
