import { describe, expect, it } from 'vitest';
import { normalQuantile, studentQuantile } from './statistics.ts';

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
