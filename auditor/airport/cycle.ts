import type { TrailPoint } from '../verdict/forecast.ts';
import type { UsableReading } from '../verdict/reading.ts';
import { fallen, isReturn, returned } from './falls.ts';
import { type CycleFall, learnedReset } from './learned-reset.ts';
import { begun, fell, grown, learnRounding, ROUNDING_UNKNOWN, withPrecision } from './meter.ts';
import type { Meter, MeterEvent, Step } from './meter-state.ts';
import { monthly, nextReset, type Schedule } from './reset.ts';
import type { AirportRules } from './settings.ts';

/** Where a cycle began, and how use went on in it. */
interface Course {
  /** Epoch milliseconds: when use was first seen in this cycle. */
  readonly start: number;
  /** Whether the start was seen as a drop in use; else it is the first reading ever, and the cycle began earlier. */
  readonly seen: boolean;
  /** Readings of this cycle, oldest first, thinned out. */
  readonly trail: readonly TrailPoint[];
}

/** The billing cycle that an airport is in, as its accepted readings showed it. */
export interface Cycle extends Course {
  /** The last falls that ended cycles, oldest first; from them the reset is learned. */
  readonly falls?: readonly CycleFall[];
  /** The cycle before, which goes on if the last fall proves to have been none. */
  readonly ended?: Course;
}

const HOUR = 3_600_000;
const TRAIL_STEP = 2 * HOUR;
const TRAIL_LENGTH = 600;
/** Two weeks of daily resets, and some that were bought. */
const FALLS_KEPT = 16;
/** A reset that is due is near for some hours after it was seen, and is not due twice. */
const RESETS_APART = 20 * HOUR;

/**
 * The meter after one more reading. Growth is billed. A fall is a new cycle at once where little is left and a reset is due
 * or the plan was renewed; else it is set aside until it has stayed: then it is a cycle or a credit, and only what grew since is billed. A
 * level that comes back is counted on from where it was left, so that no jump between two answers is ever a bill.
 *
 * @param awaited whether a reset is set, learned or told that lies between the last accepted reading and this one
 */
export function advance(meter: Meter | undefined, read: UsableReading, awaited: boolean): Step {
  const rounding = learnRounding(meter?.rounding ?? ROUNDING_UNKNOWN, read);
  const reading = withPrecision(read, rounding);
  if (meter === undefined) return { meter: begun(reading, rounding), accepted: true, events: [] };
  const known = { ...meter, rounding };
  const due = awaited && !(meter.fall?.due === true && Math.abs(reading.at - meter.fall.at) < RESETS_APART);
  if (fell(meter.level, reading)) return fallen(known, reading, due);
  if (known.fall !== null && isReturn(known.fall, known.level, reading)) return returned(known, reading);
  return grown(known, reading, due);
}

/**
 * The cycle after one more accepted reading.
 *
 * @param events what the meter saw at this reading
 */
export function advanceCycle(cycle: Cycle | undefined, reading: UsableReading, events: readonly MeterEvent[]): Cycle {
  const point: TrailPoint = { at: reading.at, used: reading.used };
  if (cycle === undefined) return { start: reading.at, seen: false, trail: [point] };
  let current = cycle;
  for (const event of events) {
    if (event.kind === 'cycle') current = nextCycle(current, event);
    if (event.kind === 'undone' && event.cycle) current = cycleBefore(current);
  }
  const last = current.trail.at(-1);
  if (last !== undefined && reading.at - last.at < TRAIL_STEP) return current;
  return { ...current, trail: [...current.trail, point].slice(-TRAIL_LENGTH) };
}

function nextCycle({ falls = [], ...ended }: Cycle, event: Extract<MeterEvent, { kind: 'cycle' }>): Cycle {
  const { from, to, small, renewed, readings } = event;
  return {
    start: to,
    seen: true,
    trail: readings.filter(({ at }, index) => index === 0 || at - (readings[index - 1]?.at ?? 0) >= TRAIL_STEP),
    falls: [...falls, { since: ended.start, from, to, small, renewed }].slice(-FALLS_KEPT),
    ended: courseOf(ended),
  };
}

function cycleBefore({ falls = [], ended, ...current }: Cycle): Cycle {
  return { ...(ended ?? current), falls: falls.slice(0, -1) };
}

const courseOf = ({ start, seen, trail }: Course): Course => ({ start, seen, trail });

/** What tells when use resets: the settings before what was learned. */
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
 * When use resets, as the settings say or its falls show; undefined while neither tells.
 *
 * @param last the last accepted reading
 */
function scheduleOf(
  last: Pick<UsableReading, 'at' | 'expiry'>,
  cycle: Cycle | undefined,
  rules: ResetRules,
  zone: string,
): Schedule | undefined {
  return resetRule(rules) ?? learned(cycle?.falls ?? [], last.expiry, last.at, rules.timezone ?? zone);
}

const DAY = 24 * HOUR;

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

/**
 * How far from its instant a reset may be seen: panels of other zones, and jobs that run late. What resets every day
 * would be due all day if more was allowed.
 */
const NEAR = 6 * HOUR;
const NEAR_DAILY = 3 * HOUR;

/**
 * Whether a reset lies between two readings, or so near to them that it may have been seen between them: by a schedule
 * that is set or learned, or by what was known as the next one at the first of them.
 *
 * @param from of the last accepted reading, epoch milliseconds
 * @param to of the present one
 * @param told the next reset at the last accepted reading, Unix seconds
 */
export function resetDue(
  schedule: Schedule | undefined,
  from: number,
  to: number,
  zone: string,
  told: number | null = null,
): boolean {
  if (told !== null && told * 1000 > from - NEAR_DAILY && told * 1000 <= to + NEAR_DAILY) return true;
  if (schedule === undefined) return false;
  const near = schedule.kind === 'daily' ? NEAR_DAILY : NEAR;
  const next = nextReset(from - near, schedule, zone);
  return next !== null && next * 1000 <= to + near;
}

/** Whether use was seen to reset and yet nothing says when it will again: the settings should say. */
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
