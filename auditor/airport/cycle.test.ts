import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/readings.ts';
import type { UsableReading } from '../verdict/reading.ts';
import { advanceCycle, type Cycle } from './cycle.ts';
import { claimOf } from './ownership.ts';

const HOUR = 3_600_000;
const at = (hours: number, used: number): UsableReading => readingAt(hours * HOUR, used);
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
    emptied: true,
    trail: [{ at: 48 * HOUR, used: 3 }],
  });
});

describe('whose a node is', () => {
  it('is the only airport, or that of its provider', () => {
    expect(claimOf('a.yaml', 'HK', 'whatever', [{ name: 'a.yaml' }])).toBe('sure');
    const both = [{ name: 'a.yaml' }, { name: 'Airport-B' }];
    expect(claimOf('Airport-B', 'HK', 'airport-b', both)).toBe('sure');
    expect(claimOf('a.yaml', 'HK', 'airport-b', both)).toBe('no');
    expect(claimOf('a.yaml', 'HK', 'A', both)).toBe('sure');
    expect(claimOf('a.yaml', 'HK', '', both)).toBe('possible');
  });

  it('is what the settings say, by provider before pattern', () => {
    const airports = [
      { name: 'a', rules: { providers: ['shared'], nodes: /^HK/u } },
      { name: 'b', rules: { providers: [], nodes: /^JP/u } },
    ];
    expect(claimOf('b', 'JP 01', '', airports)).toBe('sure');
    expect(claimOf('a', 'JP 01', '', airports)).toBe('no');
    expect(claimOf('a', 'JP 01', 'shared', airports)).toBe('sure');
    expect(claimOf('a', 'US 01', '', airports)).toBe('possible');
  });
});
