import { describe, expect, it } from 'vitest';
import type { AirportAnswer } from './records.ts';
import { scheduleOf } from './schedule.ts';

const DAY = { zone: 'Asia/Shanghai', dayEnds: '23:55' };
const at = (time: string): number => Date.parse(`2026-11-${time}:00+08:00`);
const answer = (time: string, airport = 'a'): AirportAnswer => ({ time: at(time), airport, header: 'upload=1' });

const shown = (answers: readonly AirportAnswer[]): string[] =>
  scheduleOf(answers, DAY).map(({ at: time, dayEnd, answers: each }) => {
    const when = new Date(time + 8 * 3_600_000).toISOString().slice(8, 16);
    return `${when}${dayEnd === undefined ? '' : ' report'}: ${[...each.keys()].join(' ')}`;
  });

describe('audits', () => {
  it('are one for airports that answer within minutes, and another where one answers again', () => {
    expect(shown([answer('01T08:00'), answer('01T08:03', 'b'), answer('01T08:04')])).toEqual([
      '01T08:03: a b',
      '01T08:04: a',
    ]);
  });

  it('end each day with a report that has the nearest answer of each airport', () => {
    expect(
      shown([
        answer('01T20:00'),
        answer('01T23:50'),
        answer('01T23:56'),
        answer('02T00:01'),
        answer('02T00:02', 'b'),
        answer('02T10:00'),
      ]),
    ).toEqual(['01T20:00: a', '01T23:50: a', '02T00:01: a', '02T00:02 report: a b', '02T10:00: a']);
  });

  it('report also where no airport answered', () => {
    expect(shown([answer('01T20:00'), answer('03T02:00')])).toEqual([
      '01T20:00: a',
      '01T23:55 report: ',
      '02T23:55 report: ',
      '03T02:00: a',
    ]);
  });
});
