import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BEGAN,
  type Closed,
  chanceOn,
  closedWindow,
  DAY,
  days,
  GB,
  HOUR,
  MB,
  shareOf,
  usedOn,
} from '../../test/windows.ts';
import { changeOf } from './change.ts';
import { agedWindow, ageOf, compared, nodeKey, openSpan, spanOf, tailOf } from './compared.ts';
import type { WindowRecord } from './span.ts';
import { TAIL_MINUTES } from './use.ts';

/** Three weeks, of which some days are otherwise. */
const weeks = (otherwise: Readonly<Record<number, Closed>> = {}): WindowRecord[] =>
  days(21, (day) => closedWindow(day, { used: usedOn(day), ...otherwise[day] }));
/** The days that each span is of. */
const daysOf = (windows: readonly WindowRecord[]): number[][] =>
  compared(windows).spans.map(({ from, to }) => [(from - BEGAN) / DAY, (to - BEGAN) / DAY]);

describe('windows that can be compared', () => {
  it('are one span each', () => {
    expect(daysOf(weeks())).toEqual(days(21, (day) => [day, day + 1]));
  });

  it('are joined until every device has reported', () => {
    const windows = weeks({
      3: { whole: false, billed: 9 * GB },
      4: { whole: false, billed: 2 * GB },
      5: { billed: 20 * GB },
    });
    const [, , , joined] = compared(windows).spans;
    expect(joined).toMatchObject({ from: BEGAN + 3 * DAY, to: BEGAN + 6 * DAY, days: 3, bill: 31 * GB });
    expect(joined?.nodes.get(nodeKey(shareOf(0)))?.bytes).toBe(usedOn(3) + usedOn(4) + usedOn(5));
    expect(compared(windows).spans).toHaveLength(19);
  });

  it('are joined with the open window once all have reported, and tell nothing before', () => {
    const windows = weeks({ 18: { whole: false, billed: 9 * GB }, 19: { whole: false, billed: 2 * GB } });
    const [before, current] = windows.slice(-2) as [WindowRecord, WindowRecord];
    const known = compared(windows.slice(0, -1));
    expect(openSpan(known, current, before).closing).toMatchObject({ from: BEGAN + 18 * DAY, days: 3 });
    expect(openSpan(known, { ...current, to: current.from + HOUR }, before).closing).toMatchObject({
      days: 2 + 1 / 24,
    });
    expect(openSpan(known, { ...current, whole: false }, before).closing).toBeUndefined();
    const hidden = windows.map((each, day) => (day === 18 ? { ...each, acknowledged: true } : each));
    expect(openSpan(compared(hidden.slice(0, -1)), current, before).closing).toBeUndefined();
  });

  it('are those without what a new cycle, a credit, or a person who looked explains', () => {
    const windows = weeks({ 15: { bill: { high: null } }, 16: { acknowledged: true } });
    expect(daysOf(windows)).toEqual([
      ...days(15, (day) => [day, day + 1]),
      ...[17, 18, 19, 20].map((day) => [day, day + 1]),
    ]);
  });

  it('are also those in which only resets that were due hid a little, as where use resets every night', () => {
    const windows = weeks({ 15: { billed: 9.8 * GB, bill: { high: null }, hidden: 0.2 * GB } });
    expect(daysOf(windows)).toEqual(days(21, (day) => [day, day + 1]));
    const { spans } = compared(windows);
    expect(spans[15]?.bill).toBe(10 * GB);
    expect(spans[15]?.doubt).toBeCloseTo((spans[14]?.doubt ?? 0) + (0.2 * GB) / Math.sqrt(12), -1);
  });

  it('may be off by what rounding leaves: anything within is as likely', () => {
    const doubtOf = (bill: Closed['bill']): number | undefined =>
      compared(weeks({ 15: { ...(bill === undefined ? {} : { bill }), hidden: 0 } })).spans[15]?.doubt;
    const used = usedOn(15);
    expect(doubtOf(undefined)).toBe(0);
    expect(doubtOf({ low: used - 20 * MB, high: used + 20 * MB })).toBeCloseTo((20 * MB) / Math.sqrt(3), -1);
    // A reset hides how much more it may be, and figures cannot be less than nothing.
    expect(doubtOf({ low: used - 20 * MB, high: null })).toBeCloseTo((20 * MB) / Math.sqrt(3), -1);
    expect(doubtOf({ low: used, high: used + 20 * MB })).toBeCloseTo((20 * MB) / Math.sqrt(3), -1);
  });

  it('leave nothing of a span where one of its windows cannot be compared', () => {
    const windows = weeks({ 3: { whole: false }, 4: { bill: { high: null } } });
    expect(daysOf(windows)).toEqual(days(21, (day) => [day, day + 1]).filter(([day]) => day !== 3 && day !== 4));
  });

  it('begin once the last device was set up, in the first weeks', () => {
    expect(daysOf(weeks({ 0: { newDevices: true }, 6: { newDevices: true } }))[0]).toEqual([7, 8]);
    // A device that is bought later says nothing of the days before it.
    expect(daysOf(weeks({ 17: { newDevices: true } }))).toEqual(
      days(21, (day) => [day, day + 1]).filter(([day]) => day !== 17),
    );
  });

  it('last most of a day: what is deferred weighs too much in a shorter one', () => {
    const short = { to: BEGAN + 4 * DAY + 6 * HOUR, from: BEGAN + 4 * DAY };
    expect(daysOf(weeks({ 4: short }))).toHaveLength(20);
  });
});

describe('bills', () => {
  /** Half of what is used on a day is billed on the next, and observations tell it. */
  const deferring = (told: (bytes: number, day: number) => number): WindowRecord[] =>
    days(21, (day) => {
      const [before, behind] = [day === 0 ? 0 : usedOn(day - 1) / 2, usedOn(day) / 2];
      const moved = told(Math.round(behind - before), day);
      return closedWindow(day, {
        used: usedOn(day),
        billed: Math.round(usedOn(day) - behind + before),
        deferred: moved,
        lag: 12 * HOUR,
      });
    });

  it('count where they were used, where that makes them go steadier with use', () => {
    const { deferral, spans } = compared(deferring((bytes) => bytes));
    expect(deferral).toBe('observed');
    for (const { billed, named } of spans) expect(Math.abs(billed - named.likely)).toBeLessThan(MB);
    // What was deferred before the very first reading was never seen.
    expect(spans[0]?.from).toBe(BEGAN + DAY);
  });

  it('stand as they are, where observations only add noise to them', () => {
    const windows = days(21, (day) =>
      closedWindow(day, { used: usedOn(day), deferred: Math.round(chanceOn(day) * GB), slack: GB }),
    );
    const { deferral, spans } = compared(windows);
    expect(deferral).toBe('none');
    for (const { billed, bill, doubt } of spans) expect([billed, doubt]).toEqual([bill, 0]);
  });
});

describe('figures that an airport makes once an hour', () => {
  const AGE = 35;
  /** What was used in the last minutes of a day: a part of the evening that no two days have in common. */
  const tailOf = (day: number): number[] => {
    const pace = usedOn(day) * (0.0005 + 0.001 * (1 + chanceOn(day + 77)));
    return TAIL_MINUTES.map((minutes) => Math.round(pace * minutes * (1 + 0.3 * chanceOn(day + 100 * minutes))));
  };
  const agedTail = (day: number): number => tailOf(day)[TAIL_MINUTES.indexOf(AGE)] ?? 0;
  /** Days at whose ends the airport's figures are 35 minutes old, with what is billed besides. */
  const hourly = (count: number, otherwise: (day: number) => Closed = () => ({})): WindowRecord[] =>
    days(count, (day) => {
      const billed = usedOn(day) - agedTail(day) + (day === 0 ? 0 : agedTail(day - 1));
      return closedWindow(day, { used: usedOn(day), billed, tail: tailOf(day), ...otherwise(day) });
    });

  it('are learned from a week, and count where their bytes were used, but for the first day whose begin nobody saw', () => {
    const { deferral, spans } = compared(hourly(8));
    expect(deferral).toBe(AGE);
    expect(spans.map(({ from }) => from)).toEqual(days(7, (day) => BEGAN + (day + 1) * DAY));
    for (const { billed, bill, named } of spans) {
      expect(Math.abs(billed - named.likely)).toBeLessThan(2);
      expect(bill).toBe(billed);
    }
  });

  it('hide no tenth more that begins some weeks later', () => {
    const tenth = (day: number): Closed =>
      day < 21 ? {} : { billed: Math.round(1.1 * usedOn(day)) - agedTail(day) + agedTail(day - 1) };
    const { spans } = compared(hourly(24, tenth));
    expect(changeOf(spans, BEGAN, null)?.since).toBe(BEGAN + 21 * DAY);
  });

  it('are told about the open window too', () => {
    const windows = hourly(9);
    const [current, before] = [windows[8], windows[7]];
    if (current === undefined || before === undefined) throw new RangeError('nine days are nine windows');
    const known = compared(windows.slice(0, 8));
    const { span, closing } = openSpan(known, current, before);
    expect(Math.abs(span.billed - span.named.likely)).toBeLessThan(2);
    expect(closing).toEqual(span);
    // Nothing tells how old they were where another window lies between, or at another minute of the hour.
    for (const [window, last] of [
      [current, windows[5]],
      [{ ...current, to: current.to - 20 * 60_000 }, before],
    ] as const) {
      const untold = openSpan(known, window, last);
      expect(untold.span.billed).toBe(current.bill.likely);
      expect(untold.span.doubt).toBeGreaterThan(current.tail[TAIL_MINUTES.indexOf(60)] ?? 0);
      expect(untold.closing).toBeUndefined();
    }
  });

  it('are not compared around a reset, which hides bytes of no known age', () => {
    const cut = (day: number): Closed => (day === 9 ? { hidden: 0, bill: { low: GB, likely: GB, high: null } } : {});
    expect(daysOf(hourly(20, cut))).toEqual(days(19, (day) => [day + 1, day + 2]).filter(([day]) => day !== 9));
    const daily = hourly(20, () => ({ hidden: 0, bill: { low: GB, likely: GB, high: null } }));
    expect(ageOf(daily)).toBeUndefined();
  });

  it('are not compared where another window lies between, which was never judged', () => {
    const windows = hourly(20).filter((_, day) => day !== 9);
    expect(daysOf(windows)).toEqual(days(19, (day) => [day + 1, day + 2]).filter(([day]) => day !== 9 && day !== 10));
  });

  it('are taken for no age of an hour where more than that fits best, as with batches of some hours', () => {
    const last = TAIL_MINUTES.length - 1;
    const older = (day: number): Closed => ({
      billed: usedOn(day) - (tailOf(day)[last] ?? 0) + (day === 0 ? 0 : (tailOf(day - 1)[last] ?? 0)),
    });
    for (let count = 7; count <= 40; count += 3) expect(compared(hourly(count, older)).deferral).toBe('none');
  });

  it('are taken for no age where none makes bills go steadier', () => {
    const prompt = (day: number): Closed => ({ billed: Math.round(usedOn(day) * (1 + 0.02 * chanceOn(day))) });
    for (let count = 7; count <= 40; count += 3) expect(compared(hourly(count, prompt)).deferral).toBe('none');
  });
});

describe('the age of figures', () => {
  /** Bytes of the last minutes where so many move in each of them. */
  const even = (pace: number): number[] => TAIL_MINUTES.map((minutes) => minutes * pace);

  it('tells the bytes of any minute between those that are remembered', () => {
    for (const minutes of [0, 1, 4, 17, 58, 90]) expect(tailOf(even(MB), minutes)).toBeCloseTo(minutes * MB, 3);
    expect(tailOf(even(MB), 200)).toBe(90 * MB);
    expect(tailOf([], 5)).toBeUndefined();
  });

  it('moves bytes from one window to the next, and loses none', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 3, maxLength: 20 }),
        (age, paces) => {
          const windows = paces.map((pace, day) => closedWindow(day, { tail: even(pace * MB) }));
          const aged = windows.slice(1).map((window, index) => agedWindow(age, window, windows[index]));
          const billed = (all: typeof windows): number => all.reduce((sum, { bill }) => sum + bill.likely, 0);
          const ends = tailOf(windows.at(-1)?.tail ?? [], age) ?? 0;
          const starts = tailOf(windows[0]?.tail ?? [], age) ?? 0;
          expect(billed(aged)).toBe(billed(windows.slice(1)) + ends - starts);
        },
      ),
    );
  });

  it('is found also between those that are remembered', () => {
    const pace = (day: number): number => (10 + ((7 * day) % 11)) * MB;
    const windows = days(12, (day) => {
      const deferred = 33 * (pace(day) - (day === 0 ? 0 : pace(day - 1)));
      return closedWindow(day, { billed: closedWindow(day).named.likely - deferred, tail: even(pace(day)) });
    });
    expect(ageOf(windows)).toBe(33);
    expect(ageOf(windows.slice(0, 5))).toBeUndefined();
  });
});

it('doubts a span by the squares of what each window leaves in doubt, and by the lag once', () => {
  const doubtful = { nearEdges: 30 * MB, lost: 40 * MB, slack: 12 * MB };
  const one = spanOf([closedWindow(0, doubtful)]);
  expect(one.doubt / MB).toBeCloseTo(Math.hypot(30, 40, 12), 9);
  const two = spanOf([closedWindow(0, doubtful), closedWindow(1, { ...doubtful, slack: 5 * MB })]);
  expect(two.doubt / MB).toBeCloseTo(Math.hypot(30, 40, 30, 40, 12), 9);
});
