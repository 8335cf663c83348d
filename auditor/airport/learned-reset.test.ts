import { describe, expect, it } from 'vitest';
import { type CycleFall, learnedReset } from './learned-reset.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE = 'Asia/Shanghai';
const time = (text: string): number => Date.parse(`${text}+08:00`);

/** Falls at these instants, an hour after a reading and an hour before the next. */
function falls(...instants: string[]): CycleFall[] {
  let since = time(instants[0] ?? '') - 20 * DAY;
  return instants.map((instant) => {
    const fall = { since, from: time(instant) - HOUR, to: time(instant) + HOUR, small: true, renewed: false };
    since = fall.to;
    return fall;
  });
}
const learned = (seen: CycleFall[], until: string, expiry?: string) =>
  learnedReset(seen, expiry === undefined ? null : time(expiry) / 1000, time(until), ZONE);

describe('a reset is learned', () => {
  it.each([
    ['daily', falls('2026-11-18T00:01', '2026-11-19T00:01'), '2026-11-19T12:00', { kind: 'daily', hour: 0, minute: 0 }],
    [
      'weekly',
      falls('2026-11-09T04:00', '2026-11-16T04:00'),
      '2026-11-19T12:00',
      { kind: 'weekly', weekday: 1, hour: 5, minute: 0 },
    ],
    [
      'monthly',
      falls('2026-10-16T00:00', '2026-11-16T00:00'),
      '2026-11-19T12:00',
      { kind: 'monthly', day: 16, hour: 0, minute: 0 },
    ],
    [
      'monthly, at the end of a short month',
      falls('2026-10-31T00:00', '2026-11-30T00:00'),
      '2026-12-02T00:00',
      { kind: 'monthly', day: 31, hour: 0, minute: 0 },
    ],
    [
      'monthly, on the 30th',
      falls('2026-10-30T00:00', '2026-11-30T00:00'),
      '2026-12-02T00:00',
      { kind: 'monthly', day: 30, hour: 0, minute: 0 },
    ],
    [
      'yearly',
      falls('2025-11-16T00:00', '2026-11-16T00:00'),
      '2026-11-19T12:00',
      { kind: 'yearly', month: 11, day: 16, hour: 0, minute: 0 },
    ],
    [
      'although one was bought in between',
      falls('2026-10-16T00:00', '2026-11-16T00:00', '2026-11-25T20:00'),
      '2026-11-28T12:00',
      { kind: 'monthly', day: 16, hour: 0, minute: 0 },
    ],
  ])('from two falls: %s', (_, seen, until, schedule) => {
    expect(learned(seen, until)).toEqual(schedule);
  });

  it('at the time of day of the expiry, where that lies in the falls', () => {
    const seen = falls('2026-10-16T13:30', '2026-11-16T13:30');
    expect(learned(seen, '2026-11-19T12:00', '2027-05-16T13:45')).toMatchObject({ day: 16, hour: 13, minute: 45 });
  });

  it('from one fall on the day of the expiry or on the 1st, next to more than a week without one', () => {
    expect(learned(falls('2026-11-16T00:05'), '2026-11-17T00:00', '2027-05-16T13:45')).toMatchObject({
      kind: 'monthly',
      day: 16,
      hour: 0,
    });
    expect(learned(falls('2026-11-16T13:46'), '2026-11-17T00:00', '2027-05-16T13:45')).toMatchObject({
      kind: 'monthly',
      day: 16,
      hour: 13,
    });
    expect(learned(falls('2026-11-01T00:05'), '2026-11-02T00:00')).toMatchObject({ kind: 'monthly', day: 1 });
  });
});

describe('a reset is not learned', () => {
  const [fall] = falls('2026-11-01T00:00');
  const one = (over: Partial<CycleFall>): CycleFall[] => (fall === undefined ? [] : [{ ...fall, ...over }]);

  it.each([
    ['from one fall', falls('2026-11-16T00:00'), '2026-12-01T00:00', undefined],
    [
      'from one fall in the month of the expiry, which may be once a year',
      falls('2026-11-16T00:00'),
      '2026-11-30T00:00',
      '2027-11-16T12:00',
    ],
    ['from one fall at New Year', falls('2027-01-01T00:00'), '2027-01-10T00:00', undefined],
    [
      'from one fall on the 1st next to hours alone',
      one({ since: time('2026-10-31T12:00') }),
      '2026-11-01T12:00',
      undefined,
    ],
    [
      'from one fall between readings a day apart',
      one({ from: time('2026-10-31T12:00'), to: time('2026-11-01T12:00') }),
      '2026-11-20T12:00',
      undefined,
    ],
    ['from what somebody bought', one({ renewed: true }), '2026-11-20T12:00', undefined],
    [
      'from falls to a larger part',
      falls('2026-10-16T00:00', '2026-11-16T00:00').map((each) => ({ ...each, small: false })),
      '2026-11-20T12:00',
      undefined,
    ],
    [
      'from falls that are no period apart',
      falls('2026-10-16T00:00', '2026-11-03T09:00'),
      '2026-11-20T12:00',
      undefined,
    ],
    ['any more when it stayed away', falls('2026-11-18T00:00', '2026-11-19T00:00'), '2026-11-20T05:00', undefined],
    ['from nothing', [], '2026-11-20T05:00', undefined],
  ] as const)('%s', (_, seen, until, expiry) => {
    expect(learned([...seen], until, expiry)).toBeUndefined();
  });
});
