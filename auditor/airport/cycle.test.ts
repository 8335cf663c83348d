import { expect, it } from 'vitest';
import type { UsableReading } from '../verdict/reading.ts';
import { advanceCycle, type Cycle } from './cycle.ts';
import { claimOf } from './ownership.ts';

const HOUR = 3_600_000;
const at = (hours: number, used: number): UsableReading => ({
  at: hours * HOUR,
  upload: 0,
  download: used,
  used,
  quota: null,
  unlimited: false,
  expiry: null,
  reset: null,
  precision: 0,
  reasons: [],
});
const after = (...readings: UsableReading[]): Cycle | undefined =>
  readings.reduce<Cycle | undefined>(advanceCycle, undefined);

it('begins a cycle with the first reading, without claiming to have seen it begin', () => {
  expect(after(at(5, 100))).toEqual({ start: 5 * HOUR, seen: false, trail: [{ at: 5 * HOUR, used: 100 }] });
});

it('follows use at steps of two hours', () => {
  expect(after(at(0, 1), at(1, 2), at(2, 3), at(3, 4), at(4, 5))?.trail.map(({ used }) => used)).toEqual([1, 3, 5]);
});

it('begins a new cycle when use falls', () => {
  expect(after(at(0, 100), at(24, 200), at(48, 3))).toEqual({
    start: 48 * HOUR,
    seen: true,
    trail: [{ at: 48 * HOUR, used: 3 }],
  });
});

it('gives every node to the only airport, and to one of several by its provider', () => {
  expect(claimOf('a.yaml', 'whatever', ['a.yaml'])).toBe('sure');
  const both = ['a.yaml', 'Airport-B'];
  expect(claimOf('Airport-B', 'airport-b', both)).toBe('sure');
  expect(claimOf('a.yaml', 'airport-b', both)).toBe('no');
  expect(claimOf('a.yaml', 'A', both)).toBe('sure');
  expect(claimOf('a.yaml', '', both)).toBe('possible');
});
