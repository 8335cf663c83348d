import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cholesky,
  dot,
  inverse,
  type Matrix,
  normalQuantile,
  quadratic,
  solve,
  studentQuantile,
} from './statistics.ts';

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

describe('the normal distribution', () => {
  it.each([
    [0.5, 0],
    [0.1, 1.281552],
    [0.025, 1.959964],
    [0.005, 2.575829],
    [1e-5, 4.264891],
  ])('exceeds with a chance of %d its known value', (chance, value) => {
    expect(normalQuantile(chance)).toBeCloseTo(value, 5);
    expect(normalQuantile(1 - chance)).toBeCloseTo(-value, 5);
  });
});

describe("Student's distribution", () => {
  it.each([
    [0.05, 4, 2.1318],
    [0.05, 10, 1.8125],
    [0.025, 30, 2.0423],
    [0.005, 10, 3.1693],
    [0.01, 20, 2.528],
  ])('exceeds with a chance of %d, by %d degrees of freedom, its known value', (chance, freedom, value) => {
    expect(Math.abs(studentQuantile(chance, freedom) / value - 1)).toBeLessThan(0.005);
  });

  it('asks for more where less is known, and for as much as the normal one where very much is', () => {
    const values = [4, 8, 16, 32, 1e6].map((freedom) => studentQuantile(1e-3, freedom));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(values.at(-1)).toBeCloseTo(normalQuantile(1e-3), 4);
  });
});
