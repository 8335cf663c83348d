import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cholesky, dot, inverse, type Matrix, quadratic, solve } from './statistics.ts';

const figure = fc.double({ min: -10, max: 10, noNaN: true });
const size = 4;
/** M·Mᵀ and something on its diagonal is positive definite, whatever M is. */
const matrix = fc
  .array(fc.array(figure, { minLength: size, maxLength: size }), { minLength: size, maxLength: size })
  .map((rows) => rows.map((row, i) => rows.map((other, j) => dot(row, other) + (i === j ? 1 : 0))));
const vector = fc.array(figure, { minLength: size, maxLength: size });

const times = (rows: Matrix, x: readonly number[]): number[] => rows.map((row) => dot(row, x));
const close = (found: readonly number[], expected: readonly number[]): void => {
  for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 5);
};

it('splits a matrix into a lower triangle whose square it is', () => {
  fc.assert(
    fc.property(matrix, (given) => {
      const lower = cholesky(given).map((row) => Array.from({ length: size }, (_, index) => row[index] ?? 0));
      for (const [index, row] of lower.entries()) close(times(lower, row), given[index] ?? []);
    }),
  );
});

it('solves what a matrix makes of a vector for that vector, and its inverse does so too', () => {
  fc.assert(
    fc.property(matrix, vector, (given, x) => {
      const lower = cholesky(given);
      close([...solve(lower, times(given, x))], x);
      close(
        times(
          inverse(lower).map((row) => [...row]),
          times(given, x),
        ),
        x,
      );
    }),
  );
});

it('measures a vector by a matrix: never below 0', () => {
  expect(
    quadratic(
      [
        [2, 1],
        [1, 3],
      ],
      [1, -1],
    ),
  ).toBe(3);
  fc.assert(
    fc.property(matrix, vector, (given, x) => {
      expect(quadratic(given, x)).toBeGreaterThanOrEqual(0);
    }),
  );
});

it('refuses a matrix that is not positive definite', () => {
  expect(() =>
    cholesky([
      [1, 2],
      [2, 1],
    ]),
  ).toThrow(RangeError);
});
