import { createTask } from 'node-cron';
import { calendarMinutes, type DayRule, type LocalDay } from '../../core/local-day.ts';
import type { Auditor } from './auditor.ts';

const MINUTE = 60_000;
/** A machine that has just started may have a Prometheus that still reads what it wrote. */
const PATIENCE = 10 * MINUTE;
const AGAIN_AFTER = 10 * MINUTE;

/** Whether a report is planned in the minute that begins at an instant. */
type Plan = (at: number) => boolean;

/**
 * What `ReportCron` names in its zone, each minute of the calendar once: a report that is planned where clocks are put
 * forward comes right after, and where they are set back, only the first time.
 */
export function planOf({ reportCron, day }: { readonly reportCron: string; readonly day: DayRule }): Plan {
  // A field of seconds in front of the five says nothing of the minute.
  const fields = reportCron.trim().split(/\s+/).slice(-5).join(' ');
  const task = createTask(fields, () => undefined, { timezone: 'UTC' });
  // It is never started: the library would keep it all the same.
  void task.destroy();
  return (at) => calendarMinutes(at, day.zone).some((minute) => task.match(new Date(minute)));
}

interface DueReportOptions {
  readonly auditor: Pick<Auditor, 'missedDay' | 'report' | 'reportedAt' | 'prometheusAnswers'>;
  /** Epoch milliseconds. */
  now(): number;
  /** The day that a report planned at an instant is about. */
  dayAt(at: number): LocalDay;
  /** As of now. */
  plan(): Plan;
}

/**
 * Makes each report that is due, once.
 *
 * @returns to be called every minute, and at the start: makes the report that was planned since the last audit, the newest
 *   where there are several, as after a sleep; one that could not be made, or that waits for Prometheus
 */
export function createDueReport({ auditor, now, dayAt, plan }: DueReportOptions): () => Promise<void> {
  let due: { readonly day: LocalDay; readonly since: number; readonly notBefore: number } | undefined;
  /** The last minute that was looked at; at the start what was reported tells. */
  let looked: number | undefined;

  const plannedDay = (): LocalDay | undefined => {
    const minute = now() - (now() % MINUTE);
    const before = looked;
    looked = minute;
    const isPlanned = plan();
    if (before === undefined) return auditor.missedDay(isPlanned);
    for (let at = minute; at > before; at -= MINUTE) if (isPlanned(at)) return dayAt(at);
    return undefined;
  };

  return async () => {
    const planned = plannedDay();
    if (planned !== undefined) due = { day: planned, since: now(), notBefore: 0 };
    if (due === undefined || now() < due.notBefore) return;
    const { day, since } = due;
    if (now() - since < PATIENCE && !(await auditor.prometheusAnswers())) return;
    due = { day, since, notBefore: now() + AGAIN_AFTER };
    try {
      await auditor.report(day);
    } finally {
      // What failed after it was kept is not made again.
      if (auditor.reportedAt() >= since) due = undefined;
    }
  };
}
