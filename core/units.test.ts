import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatRate } from './units.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [1536, '1.50 KiB'],
    [1024 ** 2 - 1, '1.00 MiB'],
    [1024 ** 3 * 12.4, '12.40 GiB'],
    [1024 ** 4, '1.00 TiB'],
    [-3 * 1024 ** 3, '-3.00 GiB'],
    [-0.2, '0 B'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('never prints a mantissa of 1024 or more below the largest unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (bytes) => {
        expect(Number.parseFloat(formatBytes(bytes))).toBeLessThan(1024);
      }),
    );
  });

  it('stays within half a hundredth of the value', () => {
    const scale: Record<string, number> = {
      B: 1,
      KiB: 1024,
      MiB: 1024 ** 2,
      GiB: 1024 ** 3,
      TiB: 1024 ** 4,
      PiB: 1024 ** 5,
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (bytes) => {
        const [number, unit] = formatBytes(bytes).split(' ');
        const factor = scale[unit ?? ''] ?? Number.NaN;
        expect(Math.abs(Number(number) * factor - bytes)).toBeLessThanOrEqual(factor * 0.00501);
      }),
    );
  });
});

it('writes a rate with the same units', () => {
  expect(formatRate(2 * 1024 * 1024)).toBe('2.00 MiB/s');
});
