import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chanceOn,
  closedWindow,
  DAY,
  days,
  GB,
  lived,
  MB,
  type Passed,
  shareOf,
  THRESHOLDS,
  usedOn,
} from '../../test/windows.ts';
import { judgeAgain } from './judge-again.ts';
import type { WindowRecord } from './span.ts';
import type { Answer } from './surplus.ts';

/** Two weeks on which all was well, and one day more on which twice as much was billed. */
const weeks = days(14, (day) =>
  closedWindow(day, { used: usedOn(day), billed: usedOn(day) + Math.round(chanceOn(day) * 5 * MB) }),
);
const leak = closedWindow(14, { used: 10 * GB, billed: 20 * GB, kind: 'leak' });
const again = (windows: readonly WindowRecord[], answers: readonly Answer[] = []): string[] =>
  judgeAgain(windows, THRESHOLDS, answers).map(({ kind }) => kind);
const lastOf = (windows: readonly WindowRecord[]): string | undefined => again(windows).at(-1);

describe('a leak of the past', () => {
  it('stands where nothing of what is known has changed', () => {
    expect(again([...weeks, leak])).toEqual([...days(14, () => 'ok'), 'leak']);
  });

  it('is none once a person has looked and found nothing wrong', () => {
    expect(lastOf([...weeks, { ...leak, acknowledged: true }])).toBe('ok');
  });

  it('is none once its node is known to be dearer', () => {
    const abroad = (multiplier: number) => [
      shareOf(10 * GB, { node: '日本 02', multiplier: { low: multiplier, high: multiplier } }),
    ];
    expect(lastOf([...weeks, { ...leak, nodes: abroad(1) }])).toBe('leak');
    expect(lastOf([...weeks, { ...leak, nodes: abroad(2) }])).toBe('ok');
  });
});

it('prices what a reset hid as it prices the rest', () => {
  const reset = closedWindow(14, { used: 10 * GB, billed: 16 * GB, hidden: 2 * GB });
  const dearer = [shareOf(10 * GB, { multiplier: { low: 2, high: 2 } })];
  const [same, priced] = [reset, { ...reset, nodes: dearer }].map((each) =>
    judgeAgain([...weeks, each], THRESHOLDS, []),
  );
  expect(same?.at(-1)?.hidden).toBe(2 * GB);
  expect(priced?.at(-1)).toMatchObject({ hidden: 4 * GB, kind: 'ok' });
});

it('keeps an unknown, whose figures are missing, and what was judged together with other airports', () => {
  expect(lastOf([...weeks, { ...leak, kind: 'unknown' }])).toBe('unknown');
  const shared = { ...leak, nodes: [shareOf(10 * GB, { owners: 2 })] };
  expect(lastOf([...weeks, shared])).toBe('leak');
  expect(lastOf([...weeks, { ...shared, kind: 'ok' }])).toBe('ok');
});

it('accuses nobody over what a silent or new device had explained', () => {
  expect(lastOf([...weeks, { ...leak, kind: 'incomplete' }])).toBe('incomplete');
});

it('makes a surplus a leak from when a person called it one', () => {
  const dear = days(21, (day) => closedWindow(day, { used: usedOn(day), billed: usedOn(day) + GB }));
  const [first] = dear;
  const at = (first?.from ?? 0) + 15 * DAY;
  const kinds = again(dear, [{ kind: 'leak', at }]);
  expect(kinds.slice(0, 14)).toEqual(days(14, () => 'ok'));
  expect(kinds.slice(15)).toEqual(days(6, () => 'leak'));
});

it('finds again what was found, where nothing was amended and no device was silent', () => {
  const world = fc.record({
    use: fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 15, maxLength: 35 }),
    luck: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 35, maxLength: 35 }),
    leakFrom: fc.integer({ min: 8, max: 40 }),
    leaked: fc.constantFrom(0, 300, 5000),
  });
  fc.assert(
    fc.property(world, ({ use, luck, leakFrom, leaked }) => {
      const { memory } = lived(
        use.map((megabytes, day): Passed => {
          const beside = day >= leakFrom ? leaked : 0;
          return {
            used: megabytes * MB,
            billed: Math.round((megabytes * (1 + (luck[day] ?? 0) / 500_000) + beside) * MB),
          };
        }),
      );
      const windows = memory.windows.filter(({ kind }) => kind !== 'unknown');
      const kinds = memory.windows.map(({ kind }) => kind);
      expect(again(memory.windows)).toEqual(kinds);
      expect(windows.length).toBeGreaterThan(0);
    }),
    { numRuns: 5, endOnFailure: true },
  );
});
