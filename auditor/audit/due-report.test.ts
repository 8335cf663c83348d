import { beforeEach, describe, expect, it } from 'vitest';
import type { LocalDay } from '../../core/units.ts';
import { exampleModel } from '../../test/example-reports.ts';
import { createDueReport } from './due-report.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = 4 * DAY;
const dayOf = (at: number): LocalDay => ({ date: `day ${Math.floor(at / DAY)}`, start: 0, end: DAY });

let now: number;
let reportedAt: number;
let missed: LocalDay | undefined;
let answers: boolean;
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
    isPlanned: () => false,
  });

beforeEach(() => {
  [now, reportedAt, missed, answers, failure, begun] = [NOW, 0, undefined, true, undefined, []];
});

it('makes the report of the day that was missed while the service was down, and none else', async () => {
  const report = due();
  missed = dayOf(3 * DAY);
  await report.atStart();
  await report.atStart();
  await report.again();
  expect(begun).toEqual(['day 3']);
});

it('makes one report after a sleep of days, and none where one was made since', async () => {
  const report = due();
  missed = dayOf(3 * DAY);
  await Promise.all([DAY, 2 * DAY, 3 * DAY].map((planned) => report.afterSleep(planned)));
  expect(begun).toEqual(['day 3']);
});

it('makes the report of the day that was planned where none was ever made', async () => {
  await due().afterSleep(2 * DAY);
  expect(begun).toEqual(['day 2']);
});

describe('a report', () => {
  it('that failed is made again after a while, of the same day, until it is made', async () => {
    const report = due();
    failure = 'early';
    await expect(report.planned()).rejects.toThrow('no space left');
    now += MINUTE;
    await report.again();
    expect(begun).toEqual(['day 4']);
    now += DAY;
    failure = undefined;
    await report.again();
    await report.again();
    expect(begun).toEqual(['day 4', 'day 4']);
  });

  it('that was kept, and only not sent, is not made again', async () => {
    const report = due();
    failure = 'late';
    await expect(report.planned()).rejects.toThrow('no space left');
    now += DAY;
    await report.again();
    expect(begun).toEqual(['day 4']);
  });

  it('is made once where it is planned while another look at what is due waits', async () => {
    const report = due();
    await Promise.all([report.planned(), report.again(), report.again()]);
    expect(begun).toEqual(['day 4']);
  });

  it('waits ten minutes for Prometheus, not longer', async () => {
    const report = due();
    answers = false;
    await report.planned();
    now += 9 * MINUTE;
    await report.again();
    expect(begun).toEqual([]);
    now += MINUTE;
    await report.again();
    expect(begun).toEqual(['day 4']);

    begun = [];
    await report.planned();
    answers = true;
    await report.again();
    expect(begun).toEqual(['day 4']);
  });
});
