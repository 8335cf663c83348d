import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalDay } from '../../core/local-day.ts';
import { exampleModel } from '../../test/example-reports.ts';
import { createDueReport, planOf } from './due-report.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = 4 * DAY;
const dayOf = (at: number): LocalDay => ({ date: `day ${Math.floor(at / DAY)}`, start: 0, end: DAY });

let now: number;
let reportedAt: number;
let missed: LocalDay | undefined;
let answers: boolean;
/** The minutes in which a report is planned. */
let planned: number[];
/** What ends a report: before it is kept, after it, or nothing. */
let failure: 'early' | 'late' | undefined;
/** The days of the reports that were begun. */
let begun: string[];

const due = () =>
  createDueReport({
    auditor: {
      missedDay: () => missed,
      reportedAt: () => reportedAt,
      prometheusAnswers: async () => answers,
      async report(day) {
        await new Promise(setImmediate);
        begun.push(day?.date ?? 'none');
        if (failure === 'early') throw new Error('no space left');
        [reportedAt, missed] = [now, undefined];
        if (failure === 'late') throw new Error('no space left');
        return exampleModel();
      },
    },
    now: () => now,
    dayAt: dayOf,
    plan: () => (at) => planned.includes(at),
  });
type Due = ReturnType<typeof due>;
/** A service that has run for a while, in the minute of a planned report. */
async function running(): Promise<Due> {
  const report = due();
  await report();
  now += MINUTE;
  planned.push(now);
  return report;
}

beforeEach(() => {
  [now, reportedAt, missed, answers, failure, begun, planned] = [NOW, 0, undefined, true, undefined, [], []];
});

it('makes the report of the day that was missed while the service was down, and none else', async () => {
  const report = due();
  missed = dayOf(3 * DAY);
  for (const _ of [1, 2, 3]) await report();
  expect(begun).toEqual(['day 3']);
});

it('makes the report that is planned once, though its minute is looked at twice', async () => {
  const report = await running();
  for (const _ of [1, 2, 3]) {
    await report();
    now += MINUTE / 3;
  }
  expect(begun).toEqual(['day 4']);
});

it('makes one report after a sleep of days, the newest, and none where none was planned meanwhile', async () => {
  const report = await running();
  planned = [now + DAY, now + 2 * DAY];
  now += 2.5 * DAY;
  await report();
  now += DAY;
  await report();
  expect(begun).toEqual(['day 6']);
});

describe('a report', () => {
  it('that failed is made again after a while, of the same day, until it is made', async () => {
    const report = await running();
    failure = 'early';
    await expect(report()).rejects.toThrow('no space left');
    now += MINUTE;
    await report();
    expect(begun).toEqual(['day 4']);
    now += DAY;
    failure = undefined;
    await report();
    await report();
    expect(begun).toEqual(['day 4', 'day 4']);
  });

  it('that was kept, and only not sent, is not made again', async () => {
    const report = await running();
    failure = 'late';
    await expect(report()).rejects.toThrow('no space left');
    now += DAY;
    await report();
    expect(begun).toEqual(['day 4']);
  });

  it('waits ten minutes for Prometheus, not longer', async () => {
    const report = await running();
    answers = false;
    await report();
    now += 9 * MINUTE;
    await report();
    expect(begun).toEqual([]);
    now += MINUTE;
    await report();
    expect(begun).toEqual(['day 4']);

    now += MINUTE;
    [begun, planned] = [[], [now]];
    await report();
    answers = true;
    await report();
    expect(begun).toEqual(['day 4']);
  });
});

describe('a plan', () => {
  const plannedIn = (reportCron: string, zone: string, from: string, hours: number): string[] => {
    const isPlanned = planOf({ reportCron, day: { zone, dayEnds: '23:55' } });
    return Array.from({ length: hours * 60 }, (_, index) => Date.parse(from) + index * MINUTE)
      .filter(isPlanned)
      .map((at) => new Date(at).toISOString().slice(0, 16));
  };

  it.each([
    ['put forward', 'Europe/Berlin', '30 2 * * *', '2026-03-28T00:00Z', ['03-28T01:30', '03-29T01:00', '03-30T00:30']],
    ['set back', 'Europe/Berlin', '30 2 * * *', '2026-10-24T00:00Z', ['10-24T00:30', '10-25T00:30', '10-26T01:30']],
    [
      'put forward at midnight',
      'Africa/Cairo',
      '5 0 * * *',
      '2026-04-22T12:00Z',
      ['04-22T22:05', '04-23T22:00', '04-24T21:05'],
    ],
  ])('names one minute each night, also where clocks are %s', (_, zone, reportCron, from, minutes) => {
    expect(plannedIn(reportCron, zone, from, 72)).toEqual(minutes.map((minute) => `2026-${minute}`));
  });

  it('is of the minute where seconds stand before it', () => {
    expect(plannedIn('30 55 23 * * *', 'Asia/Shanghai', '2026-11-23T00:00Z', 24)).toEqual(['2026-11-23T15:55']);
  });
});
