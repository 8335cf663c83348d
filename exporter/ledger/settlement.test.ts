import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOut } from './settlement.ts';

const claims = fc.array(
  fc.record({
    mean: fc.double({ min: 0, max: 1e9, noNaN: true }),
    variance: fc.double({ min: 0, max: 1e15, noNaN: true }),
  }),
  { maxLength: 60 },
);

describe('shareOut', () => {
  it('gives the surprise to the uncertain', () => {
    const shares = shareOut(1000, [
      { mean: 100, variance: 0 },
      { mean: 100, variance: 100 },
      { mean: 100, variance: 300 },
    ]);
    expect(shares).toEqual([100, 275, 625]);
  });

  it('holds at zero what would turn negative', () => {
    const shares = shareOut(100, [
      { mean: 10, variance: 1000 },
      { mean: 200, variance: 1000 },
    ]);
    expect(shares).toEqual([0, 100]);
  });

  it('follows the means when nothing is uncertain', () => {
    expect(
      shareOut(90, [
        { mean: 10, variance: 0 },
        { mean: 20, variance: 0 },
      ]),
    ).toEqual([30, 60]);
  });

  it('gives nothing to claims that expect nothing for certain', () => {
    expect(shareOut(90, [{ mean: 0, variance: 0 }])).toEqual([]);
    expect(
      shareOut(90, [
        { mean: 0, variance: 0 },
        { mean: 1, variance: 1 },
      ]),
    ).toEqual([0, 90]);
  });

  it('adds up to the remainder, to the byte, with whole shares that are not negative', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 46 }), claims, (remainder, parties) => {
        const shares = shareOut(remainder, parties);
        if (shares.length === 0) {
          expect(parties.every(({ mean, variance }) => mean === 0 && variance === 0)).toBe(true);
          return;
        }
        expect(shares.every((share) => Number.isSafeInteger(share) && share >= 0)).toBe(true);
        expect(shares.reduce((total, share) => total + share, 0)).toBe(remainder);
      }),
    );
  });
});
