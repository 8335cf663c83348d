import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Movement, runningTotal } from './running-total.ts';

const movements = fc.array(
  fc
    .record({
      from: fc.integer({ min: 0, max: 1000 }),
      length: fc.integer({ min: 0, max: 300 }),
      bytes: fc.nat(10 ** 9),
    })
    .map(({ from, length, bytes }): Movement => ({ from, to: from + length, bytes })),
  { minLength: 1, maxLength: 30 },
);

describe('a running total', () => {
  it('holds of each movement what has moved of it', () => {
    fc.assert(
      fc.property(movements, fc.integer({ min: -10, max: 1400 }), (all, at) => {
        const moved = all.reduce((sum, { from, to, bytes }) => {
          if (to === from) return sum + (at >= from ? bytes : 0);
          return sum + bytes * Math.min(1, Math.max(0, (at - from) / (to - from)));
        }, 0);
        expect(runningTotal(all).at(at)).toBeCloseTo(moved, 3);
      }),
    );
  });

  it('never falls', () => {
    fc.assert(
      fc.property(movements, fc.integer({ min: 0, max: 1300 }), fc.nat(300), (all, at, more) => {
        const total = runningTotal(all);
        expect(total.at(at + more)).toBeGreaterThanOrEqual(total.at(at) - 1e-3);
      }),
    );
  });

  it('of nothing is 0 for ever', () => {
    expect(runningTotal([]).at(5)).toBe(0);
    expect(runningTotal([]).begin).toBe(Number.POSITIVE_INFINITY);
  });
});
