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

it('does not tell the day on which use began anew from readings that are days apart', () => {
  expect(after(at(0, 100), at(24, 200), at(24 + 72, 3))).not.toHaveProperty('emptied');
});

describe('whose a node is', () => {
  const claim = (airport: string, node: string, provider: string, airports: Parameters<typeof claimOf>[3]) =>
    claimOf(airport, node, provider, airports, undefined);

  it('is the only airport, or that of its provider', () => {
    expect(claim('a.yaml', 'HK', 'whatever', [{ name: 'a.yaml' }])).toBe('sure');
    const both = [{ name: 'a.yaml' }, { name: 'Airport-B' }];
    expect(claim('Airport-B', 'HK', 'airport-b', both)).toBe('sure');
    expect(claim('a.yaml', 'HK', 'airport-b', both)).toBe('no');
    expect(claim('a.yaml', 'HK', 'A', both)).toBe('sure');
    expect(claim('a.yaml', 'HK', '', both)).toBe('possible');
  });

  it('is what the settings say, by provider before pattern', () => {
    const airports = [
      { name: 'a', rules: { providers: ['shared'], nodes: /^HK/u } },
      { name: 'b', rules: { providers: [], nodes: /^JP/u } },
    ];
    expect(claim('b', 'JP 01', '', airports)).toBe('sure');
    expect(claim('a', 'JP 01', '', airports)).toBe('no');
    expect(claim('a', 'JP 01', 'shared', airports)).toBe('sure');
    expect(claim('a', 'US 01', '', airports)).toBe('possible');
  });

  it('is what a person said, before all else', () => {
    const both = [{ name: 'a', rules: { providers: ['shared'] } }, { name: 'b' }];
    expect(claimOf('b', 'HK', 'shared', both, 'b')).toBe('sure');
    expect(claimOf('a', 'HK', 'shared', both, 'b')).toBe('no');
  });
});
