import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffDelay } from './backoff.ts';

const backoff = { first: 1000, longest: 60_000 };

it('doubles up to the longest', () => {
  expect([1, 2, 3, 7, 100, 10_000].map((failures) => backoffDelay(backoff, failures, 1))).toEqual([
    1000, 2000, 4000, 60_000, 60_000, 60_000,
  ]);
});

it('stays in the upper half of its ceiling, whatever chance says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const most = backoffDelay(backoff, failures, 1);
      const pause = backoffDelay(backoff, failures, chance);
      expect(pause).toBeGreaterThanOrEqual(most / 2);
      expect(pause).toBeLessThanOrEqual(most);
    }),
  );
});
