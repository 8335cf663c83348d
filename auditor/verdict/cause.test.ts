import { describe, expect, it } from 'vitest';
import { chanceOn, closedWindow, days, GB, MB, shareOf, usedOn } from '../../test/windows.ts';
import type { SurplusCause } from './finding.ts';
import { compared } from './span.ts';
import { causesOf } from './surplus.ts';

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
