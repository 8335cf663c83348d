import type { LocalDay } from '../../core/units.ts';
import { createSerialQueue } from '../../runtime/async.ts';
import type { Auditor } from './auditor.ts';

const MINUTE = 60_000;
/** A machine that has just started may have a Prometheus that still reads what it wrote. */
const PATIENCE = 10 * MINUTE;
const AGAIN_AFTER = 10 * MINUTE;

export interface DueReportOptions {
  readonly auditor: Pick<Auditor, 'missedDay' | 'report' | 'reportedAt' | 'prometheusAnswers'>;
  /** Epoch milliseconds. */
  now(): number;
  /** The day that a report planned at an instant is about. */
  dayAt(at: number): LocalDay;
  /** Whether a report is planned in the minute that begins at an instant. */
  isPlanned(at: number): boolean;
}

/** Makes each report that is due, once. */
export interface DueReport {
  /** As planned, now. */
  planned(): Promise<void>;
  /** At the start: the report that was planned while the service was down, where there was one. */
  atStart(): Promise<void>;
  /**
   * When the machine wakes after it slept through the minute of a report: that report, unless one was made since.
   *
   * @param planned when it should have been made, epoch milliseconds; after days of sleep there are several
   */
  afterSleep(planned: number): Promise<void>;
  /** Every minute: a report that could not be made, or that waits for Prometheus. */
  again(): Promise<void>;
}

/** One after the other: a machine that wakes tells of all that it missed at once. */
export function createDueReport({ auditor, now, dayAt, isPlanned }: DueReportOptions): DueReport {
  let due: { readonly day: LocalDay; readonly since: number; readonly notBefore: number } | undefined;
  const queue = createSerialQueue();

  const make = async (): Promise<void> => {
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
  const makeOf = (day: LocalDay | undefined): Promise<void> => {
    if (day === undefined) return Promise.resolve();
    due = { day, since: now(), notBefore: 0 };
    return make();
  };

  return {
    planned: () => queue.run(() => makeOf(dayAt(now()))),
    atStart: () => queue.run(() => makeOf(auditor.missedDay(isPlanned))),
    afterSleep: (planned) =>
      queue.run(async () => {
        if (auditor.reportedAt() < planned) await makeOf(auditor.missedDay(isPlanned) ?? dayAt(planned));
      }),
    again: () => queue.run(make),
  };
}
