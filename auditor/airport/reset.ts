import { DateTime } from 'luxon';

/** What is left of the use after a reset; more is credit, or a plan that changed. */
const NEARLY_NONE = 0.1;

/**
 * The next midnight at which a day of the month begins; in shorter months their last day.
 *
 * @param at epoch milliseconds
 * @returns Unix seconds
 */
export function nextReset(at: number, day: number, zone: string): number {
  const now = DateTime.fromMillis(at, { zone });
  const inMonth = (month: DateTime): DateTime =>
    month.startOf('month').set({ day: Math.min(day, month.daysInMonth ?? 28) });
  const here = inMonth(now);
  return (here > now ? here : inMonth(now.startOf('month').plus({ months: 1 }))).toSeconds();
}

/** Whether a drop in use is a new month rather than credit. */
export function isReset(before: number, after: number): boolean {
  return after <= before * NEARLY_NONE;
}
