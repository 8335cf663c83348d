import { describe, expect, it } from 'vitest';
import { readPastSpan } from './past-span.ts';

const RULE = { zone: 'Asia/Shanghai', dayEnds: '23:55' };
const NOW = Date.parse('2026-11-25T12:00:00+08:00');
const read = (text: string, rule = RULE) => {
  const result = readPastSpan(text, rule, NOW);
  return result.ok
    ? [new Date(result.span.from).toISOString(), new Date(result.span.to).toISOString(), result.span.label]
    : result.problem.en;
};

describe('a window of the past', () => {
  it.each([
    ['2026-11-20', '2026-11-19T15:55:00.000Z', '2026-11-20T15:55:00.000Z'],
    ['2026-11-01..2026-11-20', '2026-10-31T15:55:00.000Z', '2026-11-20T15:55:00.000Z'],
    ['2026-11-20T08:00..2026-11-20T20:00', '2026-11-20T00:00:00.000Z', '2026-11-20T12:00:00.000Z'],
    ['2026-11-20 08:00 .. 2026-11-20', '2026-11-20T00:00:00.000Z', '2026-11-20T15:55:00.000Z'],
    ['2026-11-20T08:00Z..2026-11-20T20:00Z', '2026-11-20T08:00:00.000Z', '2026-11-20T20:00:00.000Z'],
  ])('%s runs from %s to %s', (text, from, to) => {
    expect(read(text)).toEqual([from, to, text.replace(' .. ', '..')]);
  });

  it.each([
    ['00:00', '2026-11-19T16:00:00.000Z', '2026-11-20T16:00:00.000Z'],
    ['02:30', '2026-11-18T18:30:00.000Z', '2026-11-19T18:30:00.000Z'],
    ['12:00', '2026-11-19T04:00:00.000Z', '2026-11-20T04:00:00.000Z'],
  ])('is the day of that name where days end at %s', (dayEnds, from, to) => {
    expect(read('2026-11-20', { ...RULE, dayEnds })).toEqual([from, to, '2026-11-20']);
  });

  it.each(['', 'yesterday', '2026-11-31', '2026-11-20T08:00', '2026-11-01..', '2026-11-01..2026-11-02..2026-11-03'])(
    'is not read from %j, and the problem shows the forms',
    (text) => {
      expect(read(text)).toContain('2026-11-01..2026-11-20');
    },
  );

  it('ends after it begins, and has ended', () => {
    expect(read('2026-11-20..2026-11-01')).toContain('must begin before it ends');
    expect(read('2026-11-25')).toContain('--now');
  });
});
