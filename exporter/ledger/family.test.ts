import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFamily, type Family, OTHER_KEY } from './family.ts';
import { MOST_FAMILY_COUNTERS } from './series-budget.ts';

const DAY = 86_400_000;

const move = (family: Family, key: string, bytes: number, at = 0): void =>
  family.add(family.slot(key, 'proxy'), 0, bytes, at);
const downloads = (family: Family): Record<string, number> =>
  Object.fromEntries(family.series().map(({ key, bytes }) => [key, bytes]));
const nameAll = (family: Family, keys: readonly string[]): void => {
  for (const key of keys) for (let turn = 0; turn < 20; turn += 1) move(family, key, 1);
};

describe('a family', () => {
  it('names the first half of its keys at first sight', () => {
    const family = createFamily(4);
    move(family, 'a', 1);
    move(family, 'b', 2);
    move(family, 'c', 3);
    expect(downloads(family)).toEqual({ a: 1, b: 2, [OTHER_KEY]: 3 });
  });

  it('names a later key once it has come often, and leaves in `other` what is there', () => {
    const family = createFamily(4);
    for (const key of ['a', 'b']) move(family, key, 1);
    const slot = family.slot('c', 'proxy');
    for (let turn = 0; turn < 10; turn += 1) family.add(slot, 0, 1, 0);
    expect(downloads(family)).toEqual({ a: 1, b: 1, [OTHER_KEY]: 7, c: 3 });
  });

  it('tells every slot of a key that it got its name through another', () => {
    const family = createFamily(4);
    for (const key of ['a', 'b']) move(family, key, 1);
    const [early, late] = [family.slot('c', 'proxy'), family.slot('c', 'direct')];
    family.add(early, 0, 100, 0);
    for (let turn = 0; turn < 10; turn += 1) family.add(late, 0, 1, 0);
    family.add(early, 0, 1000, 0);
    const named = family.series().filter(({ key, class: trafficClass }) => key === 'c' && trafficClass === 'proxy');
    expect(named.map(({ bytes }) => bytes)).toEqual([1000]);
  });

  it('gives no name to a scan of hosts that each come once', () => {
    const family = createFamily(10);
    for (let host = 0; host < 1000; host += 1) move(family, `host-${host}`, 1);
    expect(family.names()).toHaveLength(5);
    expect(downloads(family)[OTHER_KEY]).toBe(995);
  });

  it('names no more than its cap, besides its own words', () => {
    const family = createFamily(2);
    nameAll(family, ['a', 'b', 'c', 'none', 'ip']);
    expect(Object.keys(downloads(family)).sort()).toEqual(['a', 'b', 'ip', 'none', OTHER_KEY].sort());
    expect(family.names().map(([name]) => name)).toEqual(['a', 'b']);
  });

  it('takes a name back after 40 idle days, and only when another key needs it', () => {
    const family = createFamily(2);
    nameAll(family, ['a', 'b']);
    const slot = family.slot('b', 'proxy');
    family.add(slot, 0, 1, 30 * DAY);
    move(family, 'c', 1, 39 * DAY);
    expect(family.names().map(([name]) => name)).toEqual(['a', 'b']);
    for (let turn = 0; turn < 20; turn += 1) move(family, 'c', 1, 41 * DAY);
    expect(family.names().map(([name]) => name)).toEqual(['b', 'c']);
    expect(downloads(family).a).toBeUndefined();
  });

  it('makes no more counters than fit a push, and books in `other` what has none, also of a saved state', () => {
    const saved = Array.from({ length: 1000 }, (_, index) => {
      return { key: `k${index}`, class: 'proxy', direction: 'download', bytes: 2 } as const;
    });
    const family = createFamily(
      1000,
      saved,
      saved.map(({ key }) => [key, 0]),
    );
    expect(family.series()).toHaveLength(MOST_FAMILY_COUNTERS + 1);
    expect(downloads(family)[OTHER_KEY]).toBe(2 * (1000 - MOST_FAMILY_COUNTERS));
    const slot = family.slot('k1', 'direct');
    family.add(slot, 0, 5, 0);
    expect(family.series().find(({ class: trafficClass }) => trafficClass === 'direct')).toMatchObject({
      key: OTHER_KEY,
      bytes: 5,
    });
  });

  it('goes on under the names that were saved, which its own words never take', () => {
    const family = createFamily(
      2,
      [{ key: 'a', class: 'proxy', direction: 'download', bytes: 5 }],
      [
        ['a', 0],
        [OTHER_KEY, 0],
        ['none', 0],
      ],
    );
    move(family, 'a', 1);
    nameAll(family, ['b']);
    expect(family.names().map(([name]) => name)).toEqual(['a', 'b']);
    expect(downloads(family).a).toBe(6);
  });

  it('never loses a byte, and no counter of a key that keeps its name falls', () => {
    const step = fc.record({ key: fc.nat(30), bytes: fc.nat(100), fresh: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.array(step, { maxLength: 300 }), (cap, steps) => {
        const family = createFamily(cap);
        const kept = new Map<number, ReturnType<Family['slot']>>();
        let sum = 0;
        let before: Record<string, number> = {};
        steps.forEach(({ key, bytes, fresh }, at) => {
          const slot = (fresh ? undefined : kept.get(key)) ?? family.slot(String(key), 'proxy');
          kept.set(key, slot);
          family.add(slot, 0, bytes, at);
          sum += bytes;
          const now = downloads(family);
          expect(Object.values(now).reduce((total, each) => total + each, 0)).toBe(sum);
          for (const [name, value] of Object.entries(before)) expect(now[name]).toBeGreaterThanOrEqual(value);
          before = now;
        });
        expect(family.names().length).toBeLessThanOrEqual(cap);
      }),
    );
  });
});
