import { calibrate } from './calibration.ts';
import { type Knowledge, usualDay } from './knowledge.ts';
import { LONGEST_LAG, type Look } from './lateness.ts';
import type { WindowRecord } from './window-record.ts';

/** A report may come minutes late. */
const SLACK = 3_600_000;

/**
 * What is known of a window that is long over: ratio and offset as all windows show them by now, and what the airport was
 * late with when it began, as far as the windows before it lacked it.
 *
 * @param windows all closed windows of the airport, oldest first
 * @param from when the window began, epoch milliseconds
 * @param looks the counter within the window
 */
export function pastKnowledge(windows: readonly WindowRecord[], from: number, looks: readonly Look[]): Knowledge {
  const calibration = calibrate(windows);
  const before = windows.filter(({ to }) => to <= from + SLACK);
  let [excess, best, late] = [0, 0, 0];
  for (const { billed, likely, to } of before.filter((window) => from - window.to <= LONGEST_LAG)) {
    excess += (billed ?? likely) - calibration.ratio * likely;
    best = Math.max(best, excess);
    if (to <= from + SLACK) late = best - excess;
  }
  return { calibration, backlog: Math.round(late), usualDay: usualDay(before), looks, windows: before };
}
