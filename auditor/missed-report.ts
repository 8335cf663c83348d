import type { Auditor } from './auditor.ts';

/** Makes a report that nothing ran for, once. */
export interface MissedReport {
  /** At the start: the day that ended while the service was down, where there was one. */
  atStart(): Promise<void>;
  /**
   * When the machine wakes after it slept through the hour of a report: that report, unless one was made since.
   *
   * @param due when it should have been made, epoch milliseconds; after days of sleep there are several
   */
  afterSleep(due: number): Promise<void>;
}

/** One after the other: a machine that wakes tells of all that it missed at once. */
export function createMissedReport(auditor: Pick<Auditor, 'missedDay' | 'report' | 'reportedAt'>): MissedReport {
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<unknown>): Promise<void> => {
    const result = queue.then(work).then(() => undefined);
    queue = result.catch(() => undefined);
    return result;
  };
  return {
    atStart: () =>
      inTurn(async () => {
        const day = auditor.missedDay();
        if (day !== undefined) await auditor.report(day);
      }),
    afterSleep: (due) =>
      inTurn(async () => {
        if (auditor.reportedAt() < due) await auditor.report(auditor.missedDay());
      }),
  };
}
