import { expect, it } from 'vitest';
import type { LocalDay } from '../core/local-day.ts';
import { exampleModel } from '../test/example-report.ts';
import { createMissedReport, type MissedReport } from './missed-report.ts';

const DAY = 24 * 3_600_000;
const MISSED: LocalDay = { date: '2026-11-23', start: 0, end: DAY };

/** An auditor whose clock says `now`, and the days that it reported. */
function auditorAt(now: number, missed: LocalDay | undefined): { missed: MissedReport; days: (string | undefined)[] } {
  let reportedAt = 0;
  let due = missed;
  const days: (string | undefined)[] = [];
  return {
    days,
    missed: createMissedReport({
      missedDay: () => due,
      reportedAt: () => reportedAt,
      async report(day) {
        await new Promise(setImmediate);
        days.push(day?.date);
        [reportedAt, due] = [now, undefined];
        return exampleModel();
      },
    }),
  };
}

it('makes the report of the day that ended while the service was down, and none else', async () => {
  const down = auditorAt(2 * DAY, MISSED);
  await down.missed.atStart();
  await down.missed.atStart();
  expect(down.days).toEqual(['2026-11-23']);
  const up = auditorAt(2 * DAY, undefined);
  await up.missed.atStart();
  expect(up.days).toEqual([]);
});

it('makes one report after a sleep of days, and none where one was made since', async () => {
  const { missed, days } = auditorAt(4 * DAY, MISSED);
  await Promise.all([missed.afterSleep(DAY), missed.afterSleep(2 * DAY), missed.afterSleep(3 * DAY)]);
  expect(days).toEqual(['2026-11-23']);
});

it('makes the report of the running day where reports are made in the midst of one', async () => {
  const { missed, days } = auditorAt(2 * DAY, undefined);
  await missed.afterSleep(DAY);
  expect(days).toEqual([undefined]);
});
