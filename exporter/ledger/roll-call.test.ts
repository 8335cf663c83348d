import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRollCall, type RollEntry } from './roll-call.ts';

interface Named extends RollEntry {
  readonly note: string;
}

const callRoll = (roll: ReturnType<typeof createRollCall<Named>>, ids: readonly string[], note = ''): string[] => {
  const gone: string[] = [];
  roll.begin();
  for (const id of ids) roll.answer(roll.find(id) ?? { id, note, call: 0, position: 0 });
  roll.end(({ id }) => gone.push(id));
  return gone;
};

describe('a roll call', () => {
  it('finds again what the list before named, and forgets what this one does not', () => {
    const roll = createRollCall<Named>();
    callRoll(roll, ['a', 'b', 'c'], 'first');
    expect(callRoll(roll, ['c', 'd', 'a'], 'second')).toEqual(['b']);
    expect([...roll.byId.values()].map(({ id, note }) => `${id} ${note}`)).toEqual(['a first', 'c first', 'd second']);
  });

  it('begins with what was saved', () => {
    const roll = createRollCall<Named>([{ id: 'a', note: 'saved', call: 0, position: 0 }]);
    callRoll(roll, ['b', 'a']);
    expect(roll.byId.get('a')?.note).toBe('saved');
  });

  it('counts a list that was not ended for nothing', () => {
    const roll = createRollCall<Named>();
    callRoll(roll, ['a', 'b', 'c'], 'first');
    roll.begin();
    for (const id of ['x', 'c']) roll.answer(roll.find(id) ?? { id, note: '', call: 0, position: 0 });
    roll.begin();
    expect([...roll.byId.keys()]).toEqual(['a', 'b', 'c']);
    callRoll(roll, ['a', 'b', 'c'], 'second');
    expect([...roll.byId.values()].map(({ id, note }) => `${id} ${note}`)).toEqual(['a first', 'b first', 'c first']);
  });

  it('agrees with plain look-ups, whatever the order, also where an id is named twice', () => {
    const list = fc.array(fc.constantFrom(...'abcdefgh'), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(list, { maxLength: 20 }), (lists) => {
        const roll = createRollCall<Named>();
        let before = new Map<string, string>();
        lists.forEach((ids, turn) => {
          const now = new Map(ids.map((id) => [id, before.get(id) ?? `list ${turn}`]));
          const gone = callRoll(roll, ids, `list ${turn}`);
          expect(new Set(gone)).toEqual(new Set([...before.keys()].filter((id) => !now.has(id))));
          expect(new Map([...roll.byId.values()].map(({ id, note }) => [id, note]))).toEqual(now);
          before = now;
        });
      }),
    );
  });
});
