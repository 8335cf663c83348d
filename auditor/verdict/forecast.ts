import { type Habit, habitOf, type Stretch } from './daily-use.ts';
import { type Reading, remainingOf } from './reading.ts';
import { type Reason, reason } from './reason.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Shorter than this, a pace says more about the hour than about the days to come. */
const SHORTEST_SPAN = 6 * HOUR;
/** Nobody plans further ahead. */
const FARTHEST = 400;
/** The range holds the truth four times of five: so many standard deviations to either side. */
const CHANCE = 0.8;
const DEVIATIONS = 1.2816;

/** The airport's counter at an instant of the present cycle. */
export interface TrailPoint {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly used: number;
}

/** When a quota will be used up at the present habit, or why that cannot be said. */
export type Forecast =
  | {
      readonly known: true;
      /** Days left, fractions included. */
      readonly days: number;
      /** Bytes a day until then. */
      readonly pace: number;
      /** Days left at worst and at best, with the chance that it is within; `high` is null beyond a year. Absent before a whole day was seen. */
      readonly range?: { readonly low: number; readonly high: number | null; readonly chance: number };
      /** The next reset comes first; with the bytes a day that would last until then, and the chance that it will. */
      readonly reset?: {
        readonly days: number;
        readonly allowance: number;
        readonly reached: boolean;
        readonly chance?: number;
      };
      /** Days until the plan ends, where that comes before both: what is left then is lost. */
      readonly expires?: number;
    }
  | { readonly known: false; readonly reason: Reason };

/**
 * Days left, walking from day to day by the habit of the last four weeks, weekdays apart.
 *
 * @param trail earlier readings of this cycle, in any order
 * @param earlier what was billed before this cycle
 */
export function forecast(reading: Reading, trail: readonly TrailPoint[], earlier: readonly Stretch[] = []): Forecast {
  if (reading.expiry !== null && reading.expiry * 1000 <= reading.at) return refuse('plan_expired');
  if (reading.unlimited) return refuse('quota_unlimited');
  const remaining = remainingOf(reading);
  if (reading.used === null) return refuse('use_unknown');
  if (remaining === null) return refuse('quota_unknown');
  const stretches = stretchesOf([...trail, { at: reading.at, used: reading.used }]);
  const first = stretches[0];
  if (first === undefined || reading.at - first.from < SHORTEST_SPAN) return refuse('observed_too_short');
  const habit = habitOf([...earlier.filter(({ to }) => to <= first.from), ...stretches], reading.at);
  const grown = stretches.reduce((sum, { bytes }) => sum + bytes, 0);
  const pace = (grown / (reading.at - first.from)) * DAY;
  const days = habit === undefined ? remaining / pace : exhausted(habit, remaining, 0);
  if (remaining === 0) return { known: true, days: 0, pace };
  if (!(days < Number.POSITIVE_INFINITY)) return refuse('no_use');

  const until = (seconds: number | null): number => (seconds === null ? 0 : (seconds * 1000 - reading.at) / DAY);
  const [untilReset, untilExpiry] = [until(reading.reset), until(reading.expiry)];
  const resets = untilReset > 0 && !(untilExpiry > 0 && untilExpiry < untilReset);
  return {
    known: true,
    days,
    pace: remaining / days,
    ...(habit === undefined ? {} : { range: rangeOf(habit, remaining) }),
    ...(resets
      ? {
          reset: {
            days: untilReset,
            allowance: remaining / untilReset,
            reached: days >= untilReset,
            ...(habit === undefined ? {} : { chance: chanceToLast(habit, remaining, untilReset) }),
          },
        }
      : {}),
    ...(!resets && untilExpiry > 0 && untilExpiry < days ? { expires: untilExpiry } : {}),
  };
}

/** Stretches between readings; a counter that was corrected downwards a little counts as standing. */
function stretchesOf(points: readonly TrailPoint[]): Stretch[] {
  const ordered = [...points].sort((a, b) => a.at - b.at);
  return ordered.slice(1).flatMap((point, index): Stretch[] => {
    const before = ordered[index];
    if (before === undefined || point.at <= before.at) return [];
    return [{ from: before.at, to: point.at, bytes: Math.max(0, point.used - before.used) }];
  });
}

/** Days until the use of all days, so many standard deviations above what is expected, comes to the bytes. */
function exhausted(habit: Habit, bytes: number, deviations: number): number {
  let [sum, before] = [0, 0];
  for (let day = 1; day <= FARTHEST; day += 1) {
    sum += habit.expected(day);
    const used = Math.max(before, sum + deviations * deviationOf(habit, day));
    if (used >= bytes) return day - 1 + (bytes - before) / (used - before);
    before = used;
  }
  const mean = sum / FARTHEST;
  return deviations === 0 && mean > 0 ? bytes / mean : Number.POSITIVE_INFINITY;
}

function deviationOf({ spread, unsure }: Habit, days: number): number {
  return Math.sqrt(days * spread ** 2 + (days * unsure) ** 2);
}

function rangeOf(habit: Habit, remaining: number): { low: number; high: number | null; chance: number } {
  const high = exhausted(habit, remaining, -DEVIATIONS);
  return { low: exhausted(habit, remaining, DEVIATIONS), high: Number.isFinite(high) ? high : null, chance: CHANCE };
}

/** The chance that the bytes last so many days. */
function chanceToLast(habit: Habit, remaining: number, days: number): number {
  let used = 0;
  for (let day = 1; day <= Math.min(FARTHEST, Math.ceil(days)); day += 1) {
    used += habit.expected(day) * Math.min(1, days - day + 1);
  }
  const deviation = deviationOf(habit, days);
  if (deviation === 0) return remaining >= used ? 1 : 0;
  // The normal distribution, near enough by the logistic one.
  return 1 / (1 + Math.exp((-1.702 * (remaining - used)) / deviation));
}

function refuse(code: Reason['code']): Forecast {
  return { known: false, reason: reason(code) };
}
