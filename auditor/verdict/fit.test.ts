import { expect, it } from 'vitest';
import { highestOf } from './fit.ts';

it('remembers what windows in a row have shown, of the oddest no more than twice the next', () => {
  expect(highestOf([1, 3, -2, 2.5])(1)).toBe(3);
  expect(highestOf([1, 3, -2, 50])(1)).toBe(6);
  expect(highestOf([1, 3, -2, 50])(2)).toBeCloseTo(4 / Math.SQRT2);
  expect(highestOf([])(1)).toBe(0);
});
