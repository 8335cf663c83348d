import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesBy, countedShare, median, misattribution } from './misattribution.ts';

const bytes = (record: Record<string, number>): Map<string, number> => new Map(Object.entries(record));

describe('misattribution', () => {
  it('is the share of bytes under a wrong key', () => {
    expect(misattribution(bytes({ proxy: 70, direct: 30 }), bytes({ proxy: 80, direct: 20 }))).toBeCloseTo(0.1);
  });

  it('counts keys that only one side knows', () => {
    expect(misattribution(bytes({ unattributed: 10, proxy: 90 }), bytes({ proxy: 100 }))).toBeCloseTo(0.1);
  });

  it('weighs a lost byte half', () => {
    expect(misattribution(bytes({ proxy: 50 }), bytes({ proxy: 100 }))).toBeCloseTo(0.25);
  });

  it('is 0 for the truth, and never above 1 for a method that loses and invents nothing', () => {
    const sizes = fc.dictionary(fc.string(), fc.nat(1e9), { minKeys: 1 });
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        const truth = bytes({ ...a, all: 1 + Object.values(b).reduce((sum, each) => sum + each, 0) });
        const counted = bytes({ ...b, all: 1 + Object.values(a).reduce((sum, each) => sum + each, 0) });
        expect(misattribution(truth, truth)).toBe(0);
        expect(countedShare(counted, counted)).toBe(1);
        const error = misattribution(counted, truth);
        expect(error).toBeGreaterThanOrEqual(0);
        if (countedShare(counted, truth) === 1) expect(error).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it('adds up items by key', () => {
  const items = [
    { node: 'a', bytes: 1 },
    { node: 'b', bytes: 2 },
    { node: 'a', bytes: 3 },
  ];
  expect(
    bytesBy(
      items,
      (item) => item.node,
      (item) => item.bytes,
    ),
  ).toEqual(bytes({ a: 4, b: 2 }));
});

it('takes the middle of an even number of values too', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
