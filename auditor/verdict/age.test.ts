import fc from 'fast-check';
import { expect, it } from 'vitest';
import { closedWindow, days, MB } from '../../test/windows.ts';
import { agedWindow, ageOf, tailOf } from './age.ts';
import { TAIL_MINUTES } from './use.ts';

/** Bytes of the last minutes where so many move in each of them. */
const even = (pace: number): number[] => TAIL_MINUTES.map((minutes) => minutes * pace);

it('knows the bytes of any minute between those that are remembered', () => {
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

it('finds ages between those that are remembered', () => {
  const pace = (day: number): number => (10 + ((7 * day) % 11)) * MB;
  const windows = days(12, (day) => {
    const deferred = 33 * (pace(day) - (day === 0 ? 0 : pace(day - 1)));
    return closedWindow(day, { billed: closedWindow(day).named.likely - deferred, tail: even(pace(day)) });
  });
  expect(ageOf(windows)).toBe(33);
  expect(ageOf(windows.slice(0, 5))).toBeUndefined();
});
