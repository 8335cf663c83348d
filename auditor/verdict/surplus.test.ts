import { describe, expect, it } from 'vitest';
import { BEGAN, type Closed, chanceOn, closedWindow, DAY, days, GB, MB, shareOf, usedOn } from '../../test/windows.ts';
import { compared } from './compared.ts';
import type { Surplus, SurplusCause } from './finding.ts';
import type { ReportedSurplus } from './span.ts';
import { type Answer, causesOf, hasEnded, surplusOf } from './surplus.ts';

/** Three weeks in which something is billed besides what is used. */
const spans = (beside: (day: number) => number, of: (day: number) => Closed = () => ({})) =>
  compared(
    days(21, (day) => {
      const used = usedOn(day);
      return closedWindow(day, { used, billed: Math.round(used + 10 * MB * chanceOn(day) + beside(day)), ...of(day) });
    }),
  ).spans;
const told = (
  bytes: number,
  answers: readonly Answer[] = [],
  before: ReportedSurplus | null = null,
): Surplus | undefined =>
  surplusOf(
    spans(() => bytes),
    true,
    answers,
    before,
  );

describe('a steady surplus', () => {
  it('is told with a range that holds it, since when, and as a share of what names tell', () => {
    const surplus = told(500 * MB);
    expect(surplus).toMatchObject({ since: BEGAN, sinceBeginning: true, answered: null, reported: true });
    expect(surplus?.daily.low).toBeLessThanOrEqual(500 * MB);
    expect(surplus?.daily.high).toBeGreaterThanOrEqual(500 * MB);
    expect((surplus?.daily.high ?? 0) - (surplus?.daily.low ?? 0)).toBeLessThan(200 * MB);
    expect(surplus?.share).toBeCloseTo(500 / (8 * 1024), 2);
  });

  it('is none below 3 % of use or below 50 MB a day', () => {
    expect(told(200 * MB)).toBeUndefined();
    const idle = days(21, (day) =>
      closedWindow(day, { used: 200 * MB, billed: 240 * MB + Math.round(chanceOn(day) * MB) }),
    );
    expect(surplusOf(compared(idle).spans, true, [], null)).toBeUndefined();
  });

  it('is none of a few windows, of one odd night, or of a bill that fits', () => {
    expect(surplusOf(spans(() => GB).slice(0, 2), true, [], null)).toBeUndefined();
    expect(
      surplusOf(
        spans((day) => (day === 5 ? 8 * GB : 0)),
        true,
        [],
        null,
      ),
    ).toBeUndefined();
    expect(told(0)).toBeUndefined();
  });

  it('is told once, and again once both its size and its share have changed by half', () => {
    expect(told(500 * MB)?.reported).toBe(true);
    expect(told(500 * MB, [], { daily: around(450 * MB), share: 0.055 })?.reported).toBe(false);
    expect(told(900 * MB, [], { daily: around(500 * MB), share: 0.06 })?.reported).toBe(true);
    // Who uses twice as much pays twice as much overhead.
    expect(told(900 * MB, [], { daily: around(450 * MB), share: 0.11 })?.reported).toBe(false);
  });

  it('is not told again where the range that was told admits it', () => {
    const wide = { low: 200 * MB, likely: 500 * MB, high: 950 * MB };
    expect(told(900 * MB, [], { daily: wide, share: 0.06 })?.reported).toBe(false);
    expect(told(900 * MB, [], { daily: { ...wide, high: 800 * MB }, share: 0.06 })?.reported).toBe(true);
  });

  it('is sure of three days of a meter that goes with use, and of none that goes its own ways', () => {
    const three = (beside: (day: number) => number) => surplusOf(spans(beside).slice(0, 3), true, [], null);
    const overhead = three((day) => 0.06 * usedOn(day) + 100 * MB);
    expect(overhead?.reported).toBe(true);
    expect((overhead?.daily.high ?? 0) / (overhead?.daily.low ?? 0)).toBeLessThan(1.3);
    expect(three((day) => [0, 100 * MB, 2 * GB][day] ?? 0)).toBeUndefined();
  });

  it('is what is billed beyond the health checks that kernels count', () => {
    const beside = (checks: number) =>
      surplusOf(
        spans(
          () => 900 * MB,
          () => ({ checks }),
        ),
        true,
        [],
        null,
      );
    expect(beside(900 * MB)).toBeUndefined();
    const { low = 0, likely = 0, high = 0 } = beside(200 * MB)?.daily ?? {};
    expect(Math.abs(likely / (700 * MB) - 1)).toBeLessThan(0.02);
    // What a check costs is not known to the byte.
    expect(high - low).toBeGreaterThan(100 * MB);
  });
});

/** A range of a tenth. */
const around = (likely: number) => ({ low: 0.95 * likely, likely, high: 1.05 * likely });

describe('an answer', () => {
  const at = BEGAN + 10 * DAY;

  it('that it is known makes it no question any more, by its size or by its share', () => {
    expect(told(500 * MB, [{ kind: 'known', at, daily: 500 * MB }])).toMatchObject({
      answered: 'known',
      reported: false,
    });
    const share = spans((day) => 0.08 * usedOn(day));
    expect(surplusOf(share, true, [{ kind: 'known', at, share: 0.08 }], null)).toMatchObject({
      answered: 'known',
      reported: false,
    });
  });

  it('is asked for again where much more than what is known is billed', () => {
    const surplus = told(GB, [{ kind: 'known', at, daily: 300 * MB }]);
    expect(surplus).toMatchObject({ answered: null, reported: true });
    expect(Math.abs((surplus?.daily.likely ?? 0) / (724 * MB) - 1)).toBeLessThan(0.1);
  });

  it('that it is a leak holds until the newest days show it no more', () => {
    const leak: Answer[] = [{ kind: 'leak', at }];
    const surplus = told(500 * MB, leak);
    expect(surplus).toMatchObject({ answered: 'leak', reported: false });
    if (surplus === undefined) throw new Error('nothing is left of it');
    expect(
      hasEnded(
        spans(() => 500 * MB),
        surplus,
      ),
    ).toBe(false);
    expect(
      hasEnded(
        spans((day) => (day < 18 ? 500 * MB : 0)),
        surplus,
      ),
    ).toBe(true);
  });

  it('is the last one that was given', () => {
    const answers: Answer[] = [
      { kind: 'leak', at },
      { kind: 'known', at: at + DAY, daily: 500 * MB },
    ];
    expect(told(500 * MB, answers)?.answered).toBe('known');
  });
});

const second = (day: number): number => Math.round((3 + 2.5 * Math.sin(day * 4.7 + 2)) * GB);
/** Three weeks with two nodes, in which something is billed besides what they cost. */
const causes = (beside: (day: number) => number, beginning = true) =>
  causesOf(
    compared(
      days(21, (day) => {
        const nodes = [shareOf(usedOn(day)), shareOf(second(day), { node: '日本 02 | 1x' })];
        return closedWindow(day, {
          nodes,
          billed: Math.round(usedOn(day) + second(day) + beside(day) + 10 * MB * chanceOn(day)),
        });
      }),
    ).spans,
    beginning,
  );
const kinds = (beside: (day: number) => number, beginning = true): string[] =>
  causes(beside, beginning).map(({ kind }) => kind);

describe('what a steady surplus can be', () => {
  it('is health checks where it is the same every day', () => {
    expect(kinds(() => 600 * MB)[0]).toBe('checks');
  });

  it('is overhead where it goes with all that is used', () => {
    expect(kinds((day) => 0.06 * (usedOn(day) + second(day)))[0]).toBe('overhead');
  });

  it('is the multiplier of the one node with which it goes', () => {
    expect(causes((day) => 0.5 * second(day))[0]).toMatchObject({ kind: 'multiplier', node: '日本 02 | 1x' });
    const [cause] = causes((day) => 0.5 * second(day));
    if (cause?.kind !== 'multiplier') throw new Error('another cause');
    expect(cause.multiplier.low).toBeLessThan(1.5);
    expect(cause.multiplier.high).toBeGreaterThan(1.5);
  });

  it('is somebody where it has days of its own: at first a device of the household, later a leak', () => {
    const now = (day: number): number => (day % 3 === 0 ? 3 * GB : 0);
    expect(kinds(now, true)[0]).toBe('unwatched');
    expect(kinds(now, false)[0]).toBe('leak');
  });

  it('is no cost of use where it is far more than any', () => {
    expect(kinds((day) => 0.5 * (usedOn(day) + second(day)))).not.toContain('overhead');
    expect(kinds(() => 5 * GB)).not.toContain('checks');
  });

  it('always may be somebody', () => {
    for (const beside of [() => 600 * MB, (day: number) => 0.5 * second(day)]) {
      expect(kinds(beside)).toContain('leak');
      expect(kinds(beside)).toContain('unwatched');
    }
  });

  it('is not told while the bills do not tell causes apart', () => {
    const early = (beside: (day: number, used: number) => number): SurplusCause[] =>
      causesOf(
        compared(
          days(6, (day) => {
            // Nearly all goes through one node.
            const nodes = [shareOf(8 * GB + chanceOn(day) * GB), shareOf(GB / 4, { node: '日本 02 | 1x' })];
            const used = nodes.reduce((total, { bytes }) => total + bytes, 0);
            const billed = Math.round(used + beside(day, used) + 50 * MB * chanceOn(day + 3));
            return closedWindow(day, { nodes, billed });
          }),
        ).spans,
        true,
      );
    expect(early((_, used) => 0.08 * used)).toEqual([]);
    expect(early((_, used) => 0.4 * used)).toEqual([]);
    expect(early(() => 700 * MB)).toEqual([]);
  });

  it('is no single node where all use costs more, however much', () => {
    const [first] = causes((day) => 0.4 * (usedOn(day) + second(day)));
    expect(first?.kind).not.toBe('multiplier');
  });
});
