import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSizeModel } from './size-model.ts';

const prior = { mean: 10, deviation: 100 };
const priors = new Map([
  ['a', prior],
  ['b', prior],
]);

describe('the size model', () => {
  it('starts from the prior', () => {
    expect(createSizeModel(priors).mean(new Map([['a', 3]]))).toBe(30);
  });

  it('learns parameters from their sums', () => {
    const model = createSizeModel(priors);
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
    const model = createSizeModel(priors);
    for (let turn = 0; turn < 50; turn += 1) model.learn(new Map([['a', 1]]), 20 + (turn % 3), 4);
    const before = model.mean(new Map([['a', 1]]));
    model.learn(new Map([['a', 1]]), 1e12, 4);
    expect(model.mean(new Map([['a', 1]])) - before).toBeLessThan(10);
  });

  it('follows habits that change, however much it learned of those before', () => {
    const model = createSizeModel(priors);
    const [total, noise] = [new Map([['a', 1]]), 100 ** 2];
    for (let turn = 0; turn < 10_000; turn += 1) model.learn(total, 20, noise);
    for (let turn = 0; turn < 200; turn += 1) model.learn(total, 120, noise);
    expect(model.mean(total)).toBeGreaterThan(100);
  });

  it('goes on from what was saved', () => {
    const first = createSizeModel(priors);
    first.learn(new Map([['a', 1]]), 50, 10);
    const second = createSizeModel(priors, JSON.parse(JSON.stringify(first.save())));
    expect(second.mean(new Map([['a', 1]]))).toBe(first.mean(new Map([['a', 1]])));
  });

  it('takes from what was saved only the parameters that it has', () => {
    const first = createSizeModel(new Map([...priors, ['gone', prior]]));
    const total = new Map([
      ['gone', 2],
      ['b', 1],
    ]);
    first.learn(total, 500, 10);
    const second = createSizeModel(
      new Map([
        ['b', prior],
        ['added', { mean: 7, deviation: 1 }],
      ]),
      first.save(),
    );
    expect(second.save().map(({ name }) => name)).toEqual(['b', 'added']);
    expect(second.mean(new Map([['b', 1]]))).toBe(first.mean(new Map([['b', 1]])));
    expect(second.covariances(new Map([['b', 1]]))).toEqual(first.covariances(new Map([['b', 1]])));
    expect(second.mean(new Map([['added', 1]]))).toBe(7);
  });

  it('has no parameter but those of its priors', () => {
    expect(() => createSizeModel(priors).mean(new Map([['c', 1]]))).toThrow('The size model has no parameter "c"');
  });

  it('never expects less than nothing and never becomes uncertain of its own numbers', () => {
    const frame = fc.record({
      a: fc.nat(20),
      b: fc.nat(20),
      remainder: fc.integer({ min: -1_000_000, max: 1_000_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 50 }), (frames) => {
        const model = createSizeModel(priors);
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
