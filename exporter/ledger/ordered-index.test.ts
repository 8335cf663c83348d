import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOrderedIndex, type IndexEntry } from './connection-table.ts';

interface Named extends IndexEntry {
  readonly note: string;
}

const takeList = (index: ReturnType<typeof createOrderedIndex<Named>>, ids: readonly string[], note = ''): string[] => {
  const gone: string[] = [];
  index.begin();
  for (const id of ids) index.append(index.find(id) ?? { id, note, list: 0, position: 0 });
  index.end(({ id }) => gone.push(id));
  return gone;
};

describe('an ordered index', () => {
  it('finds again what the list before named, and forgets what this one does not', () => {
    const index = createOrderedIndex<Named>();
    takeList(index, ['a', 'b', 'c'], 'first');
    expect(takeList(index, ['c', 'd', 'a'], 'second')).toEqual(['b']);
    expect([...index.byId.values()].map(({ id, note }) => `${id} ${note}`)).toEqual(['a first', 'c first', 'd second']);
  });

  it('begins with what was saved', () => {
    const index = createOrderedIndex<Named>([{ id: 'a', note: 'saved', list: 0, position: 0 }]);
    takeList(index, ['b', 'a']);
    expect(index.byId.get('a')?.note).toBe('saved');
  });

  it('counts a list that was not ended for nothing', () => {
    const index = createOrderedIndex<Named>();
    takeList(index, ['a', 'b', 'c'], 'first');
    index.begin();
    for (const id of ['x', 'c']) index.append(index.find(id) ?? { id, note: '', list: 0, position: 0 });
    index.begin();
    expect([...index.byId.keys()]).toEqual(['a', 'b', 'c']);
    takeList(index, ['a', 'b', 'c'], 'second');
    expect([...index.byId.values()].map(({ id, note }) => `${id} ${note}`)).toEqual(['a first', 'b first', 'c first']);
  });

  it('agrees with plain look-ups, whatever the order, also where an id is named twice', () => {
    const list = fc.array(fc.constantFrom(...'abcdefgh'), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(list, { maxLength: 20 }), (lists) => {
        const index = createOrderedIndex<Named>();
        let before = new Map<string, string>();
        lists.forEach((ids, turn) => {
          const now = new Map(ids.map((id) => [id, before.get(id) ?? `list ${turn}`]));
          const gone = takeList(index, ids, `list ${turn}`);
          expect(new Set(gone)).toEqual(new Set([...before.keys()].filter((id) => !now.has(id))));
          expect(new Map([...index.byId.values()].map(({ id, note }) => [id, note]))).toEqual(now);
          before = now;
        });
      }),
    );
  });
});
