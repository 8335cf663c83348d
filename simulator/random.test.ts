import { expect, it } from 'vitest';
import { createRandom } from './random.ts';

it('gives the same sequence for the same seed, another for another', () => {
  const draw = (seed: string) => Array.from({ length: 5 }, createRandom(seed).next);
  expect(draw('a')).toEqual(draw('a'));
  expect(draw('a')).not.toEqual(draw('b'));
});

it('spreads evenly, weighs fairly and waits the mean', () => {
  const random = createRandom('fair');
  const mean = (draw: () => number) => Array.from({ length: 20_000 }, draw).reduce((a, b) => a + b) / 20_000;
  expect(mean(random.next)).toBeCloseTo(0.5, 1);
  expect(
    mean(
      () =>
        random.weighted([
          { weight: 3, value: 0 },
          { weight: 1, value: 1 },
        ]).value,
    ),
  ).toBeCloseTo(0.25, 1);
  expect(mean(() => random.exponential(1))).toBeCloseTo(1, 1);
});

it('names things by UUIDs of version 4', () => {
  expect(createRandom('id').uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

it('refuses to pick from nothing', () => {
  expect(() => createRandom('x').pick([])).toThrow(RangeError);
});
