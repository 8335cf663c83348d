import { DateTime } from 'luxon';
import type { AirportRules } from '../airport-settings.ts';
import type { UsableReading } from '../verdict/reading.ts';
import type { Cycle } from './cycle.ts';

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

/**
 * A reading with what else is known of its airport: the quota and reset day of the settings, or the day of the month on
 * which its use was seen to begin anew.
 *
 * @param zone where days are cut when the settings do not say
 */
export function completed(
  reading: UsableReading,
  cycle: Cycle | undefined,
  rules: AirportRules,
  zone: string,
): UsableReading {
  const timezone = rules.timezone ?? zone;
  const quota = rules.quota ?? reading.quota;
  const reset =
    rules.resetDay === undefined
      ? (reading.reset ?? learnedReset(reading.at, cycle, timezone))
      : nextReset(reading.at, rules.resetDay, timezone);
  return { ...reading, quota, unlimited: reading.unlimited && rules.quota === undefined, reset };
}

function learnedReset(at: number, cycle: Cycle | undefined, zone: string): number | null {
  if (cycle?.emptied !== true) return null;
  return nextReset(at, DateTime.fromMillis(cycle.start, { zone }).day, zone);
}

/** Whether a drop in use is a new month rather than credit. */
export function isReset(before: number, after: number): boolean {
  return after <= before * NEARLY_NONE;
}
