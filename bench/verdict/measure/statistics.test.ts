import { expect, it } from 'vitest';
import { dripLimit, upperMean } from './statistics.ts';

it.each([
  [0, 2.996],
  [1, 4.744],
  [3, 7.754],
  [10, 16.96],
])('of %i events, at most %f are to be expected', (count, mean) => {
  expect(upperMean(count)).toBeCloseTo(mean, 2);
});

it('no test misses much fewer drips than a hundredth, nor sees them much sooner than on the fourth day', () => {
  const { within14, delay } = dripLimit(5000);
  expect(within14).toBeGreaterThan(0.97);
  expect(delay).toBeGreaterThan(3.5);
  expect(delay).toBeLessThan(5);
});
