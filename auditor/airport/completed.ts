import { DateTime } from 'luxon';
import type { AirportRules } from '../airport-settings.ts';
import type { UsableReading } from '../verdict/reading.ts';
import type { Cycle } from './cycle.ts';
import { nextReset } from './reset.ts';

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
