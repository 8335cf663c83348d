import type { UsableReading } from '../verdict/reading.ts';
import type { Cycle } from './cycle.ts';
import { type CycleFall, learnedReset } from './learned-reset.ts';
import { monthly, nextReset, resetDue, type Schedule } from './reset.ts';
import type { AirportRules } from './settings.ts';

/** What tells when use begins anew: the settings before what was learned. */
type ResetRules = Pick<AirportRules, 'reset' | 'resetDay' | 'timezone'>;

/**
 * A reading with what else is known of its airport: the quota and reset of the settings, or the reset that the airport
 * tells, or that its falls in use show.
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
  const next = (schedule: Schedule | undefined): number | null =>
    schedule === undefined ? null : nextReset(reading.at, schedule, timezone);
  const set = resetRule(rules);
  const reset = set === undefined ? (reading.reset ?? next(scheduleOf(reading, cycle, rules, zone))) : next(set);
  const quota = rules.quota ?? reading.quota;
  return { ...reading, quota, unlimited: reading.unlimited && rules.quota === undefined, reset };
}

/**
 * When use begins anew, as the settings say or its falls show; undefined while neither tells.
 *
 * @param last the last accepted reading
 */
export function scheduleOf(
  last: Pick<UsableReading, 'at' | 'expiry'>,
  cycle: Cycle | undefined,
  rules: ResetRules,
  zone: string,
): Schedule | undefined {
  return resetRule(rules) ?? learned(cycle?.falls ?? [], last.expiry, last.at, rules.timezone ?? zone);
}

const DAY = 24 * 3_600_000;

/** What falls were last found to tell, and for which instants. */
interface Learned {
  readonly expiry: number | null;
  readonly zone: string;
  readonly from: number;
  readonly until: number;
  readonly schedule: Schedule | undefined;
}
const lastLearned = new WeakMap<readonly CycleFall[], Learned>();

/** The same falls tell the same until the next instant of what they tell has passed; where they tell nothing, for a day. */
function learned(falls: readonly CycleFall[], expiry: number | null, at: number, zone: string): Schedule | undefined {
  if (falls.length === 0) return undefined;
  const known = lastLearned.get(falls);
  const holds = known !== undefined && at >= known.from && at < known.until;
  if (holds && known.expiry === expiry && known.zone === zone) return known.schedule;
  const schedule = learnedReset(falls, expiry, at, zone);
  const next = schedule === undefined ? null : nextReset(at, schedule, zone);
  lastLearned.set(falls, { expiry, zone, from: at, until: next === null ? at + DAY : next * 1000, schedule });
  return schedule;
}

/**
 * Whether a fall between two readings may be a reset that was awaited.
 *
 * @param last the last accepted reading
 * @param to of the present one, epoch milliseconds
 */
export function resetAwaited(
  last: Pick<UsableReading, 'at' | 'expiry' | 'reset'>,
  to: number,
  cycle: Cycle | undefined,
  rules: ResetRules,
  zone: string,
): boolean {
  const schedule = scheduleOf(last, cycle, rules, zone);
  return resetDue(schedule, last.at, to, rules.timezone ?? zone, last.reset);
}

/** Whether use was seen to begin anew and yet nothing tells when it will again: the settings should say. */
export function needsReset(
  reading: Pick<UsableReading, 'at' | 'expiry' | 'reset'>,
  cycle: Cycle | undefined,
  rules: ResetRules,
  zone: string,
): boolean {
  const fell = (cycle?.falls ?? []).length > 0;
  return fell && reading.reset === null && scheduleOf(reading, cycle, rules, zone) === undefined;
}

function resetRule({ reset, resetDay }: ResetRules): Schedule | undefined {
  return reset ?? (resetDay === undefined ? undefined : monthly(resetDay));
}
