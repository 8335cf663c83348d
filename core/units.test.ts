import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToWidth, displayWidth, formatBytes, formatRate, padToWidth, wrapToWidth } from './units.ts';

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

describe('a width in columns', () => {
  it.each([
    ['abc', 3],
    ['香港 01', 7],
    ['🇭🇰', 2],
    ['é', 1],
    ['', 0],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('pads to columns on either side', () => {
    expect(padToWidth('代理', 6)).toBe('代理  ');
    expect(padToWidth('1 B', 5, 'start')).toBe('  1 B');
    expect(padToWidth('代理流量', 6)).toBe('代理流量');
  });

  it('cuts without splitting a character', () => {
    expect(cutToWidth('香港节点', 5)).toBe('香港…');
    expect(cutToWidth('香港节点', 8)).toBe('香港节点');
  });

  it('wraps at spaces and between wide characters, and breaks what is longer than a line', () => {
    expect(wrapToWidth('make it the same', 8)).toEqual(['make it', 'the same']);
    expect(wrapToWidth('请检查 MihomoAPIAddr 和网络', 14)).toEqual(['请检查', 'MihomoAPIAddr', '和网络']);
    expect(wrapToWidth('请检查内核', 4)).toEqual(['请检', '查内', '核']);
    expect(wrapToWidth('0123456789', 4)).toEqual(['0123', '4567', '89']);
    expect(wrapToWidth('', 4)).toEqual([]);
  });
});
