import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSizeModel } from './size-model.ts';

const priorOf = () => ({ mean: 10, deviation: 100 });

describe('the size model', () => {
  it('starts from the prior', () => {
    expect(createSizeModel(priorOf).mean(new Map([['a', 3]]))).toBe(30);
  });

  it('learns parameters from their sums', () => {
    const model = createSizeModel(priorOf);
    const truth = { a: 40, b: 70 };
    for (let turn = 0; turn < 200; turn += 1) {
      const a = turn % 5;
      const b = (turn * 7) % 4;
      model.learn(
        new Map([
          ['a', a],
          ['b', b],
        ]),
        a * truth.a + b * truth.b,
        1,
      );
    }
    expect(model.mean(new Map([['a', 1]]))).toBeCloseTo(40, 0);
    expect(model.mean(new Map([['b', 1]]))).toBeCloseTo(70, 0);
  });

  it('is moved by an outlier no further than by one at the bound', () => {
    const model = createSizeModel(priorOf);
    for (let turn = 0; turn < 50; turn += 1) model.learn(new Map([['a', 1]]), 20 + (turn % 3), 4);
    const before = model.mean(new Map([['a', 1]]));
    model.learn(new Map([['a', 1]]), 1e12, 4);
    expect(model.mean(new Map([['a', 1]])) - before).toBeLessThan(10);
  });

  it('goes on from what was saved', () => {
    const first = createSizeModel(priorOf);
    first.learn(new Map([['a', 1]]), 50, 10);
    const second = createSizeModel(priorOf, JSON.parse(JSON.stringify(first.save())));
    expect(second.mean(new Map([['a', 1]]))).toBe(first.mean(new Map([['a', 1]])));
  });

  it('keeps to a bounded number of parameters', () => {
    const model = createSizeModel(priorOf);
    for (let turn = 0; turn < 500; turn += 1) model.learn(new Map([[`node ${turn}`, 1]]), 5, 1);
    expect(model.save().parameters.length).toBeLessThanOrEqual(48);
  });

  it('never expects less than nothing and never becomes uncertain of its own numbers', () => {
    const frame = fc.record({
      a: fc.nat(20),
      b: fc.nat(20),
      remainder: fc.integer({ min: -1_000_000, max: 1_000_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 50 }), (frames) => {
        const model = createSizeModel(priorOf);
        for (const { a, b, remainder } of frames) {
          const total = new Map([
            ['a', a],
            ['b', b],
          ]);
          model.learn(total, remainder, 100);
          expect(model.mean(total)).toBeGreaterThanOrEqual(0);
          expect(Number.isFinite(model.mean(total))).toBe(true);
          const covariances = model.covariances(total);
          const variance = [...total].reduce((sum, [name, weight]) => sum + weight * (covariances.get(name) ?? 0), 0);
          expect(variance).toBeGreaterThanOrEqual(-1e-6);
        }
      }),
    );
  });
});
