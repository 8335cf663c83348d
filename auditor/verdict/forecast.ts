import { type Outlook, outlookOf } from './outlook.ts';
import { type Reading, type Reason, reason, remainingOf } from './reading.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Shorter than this, a pace says more about the hour than about the days to come. */
const SHORTEST_SPAN = 6 * HOUR;
/** Nobody plans further ahead, in days. */
export const FARTHEST = 400;
/** Most readings are of the night: the coming day's bytes may all come after some hours of sleep, in days. */
const SLEEP = 0.25;
/** One in ten lies above the range, one in ten below. */
const CHANCE = 0.8;
/** An old answer of a cache or of a second server is soon followed by a newer one; a credit takes days to be used. */
const OLD_ANSWER = DAY;

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
      /** Days left at worst and at best, with the chance that it is within; `low` is at most {@link FARTHEST}, `high` null beyond. Absent before a whole day was seen. */
      readonly range?: { readonly low: number; readonly high: number | null; readonly chance: number };
      /** The next reset comes first; with the bytes a day that would last until then, and the chance that it will. */
      readonly reset?: {
        readonly days: number;
        readonly allowance: number;
        readonly reached: boolean;
        readonly chance?: number;
      };
      /** The plan ends before it resets; what is left then is lost. */
      readonly expiry?: { readonly days: number; readonly allowance: number; readonly reached: boolean };
    }
  | { readonly known: false; readonly reason: Reason };

/**
 * Days left: what remains over the mean of the last eight weeks, this cycle's and those before.
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
  const cycle = stretchesOf([...trail.filter(({ at }) => at < reading.at), { at: reading.at, used: reading.used }]);
  const begin = cycle[0]?.from ?? reading.at;
  const stretches = [...earlier.filter(({ to }) => to <= begin), ...cycle];
  const days = dailyUse(stretches, reading.at);
  const outlook = days.length === 0 ? undefined : outlookOf(days);
  const pace = paceOf(stretches.filter(({ from }) => from >= reading.at - DAYS_BACK * DAY));
  if (pace === undefined) return refuse('observed_too_short');
  if (remaining === 0) return { known: true, days: 0, pace };
  if (pace === 0) return refuse('no_use');
  const left = remaining / pace;

  const until = (seconds: number | null): number => (seconds === null ? 0 : (seconds * 1000 - reading.at) / DAY);
  const [untilReset, untilExpiry] = [until(reading.reset), until(reading.expiry)];
  const resets = untilReset > 0 && !(untilExpiry > 0 && untilExpiry < untilReset);
  return {
    known: true,
    days: left,
    pace,
    ...(outlook === undefined ? {} : { range: rangeOf(outlook, remaining, left) }),
    ...(resets
      ? {
          reset: {
            days: untilReset,
            allowance: remaining / untilReset,
            reached: left >= untilReset,
            ...(outlook === undefined ? {} : { chance: outlook.chance(remaining, untilReset) }),
          },
        }
      : {}),
    ...(!resets && untilExpiry > 0
      ? { expiry: { days: untilExpiry, allowance: remaining / untilExpiry, reached: left >= untilExpiry } }
      : {}),
  };
}

/**
 * How urgent days left are, the one rule of mail, bot, table and dashboards: `short` where they do not reach the reset or
 * the plan's end, `last_day` where less than one is left, unless that reaches it, `plain` otherwise, and where neither end is
 * known and a day or more is left.
 */
const URGENCIES = ['plain', 'short', 'last_day'] as const;
export type Urgency = (typeof URGENCIES)[number];

export function urgencyOf(forecast: Forecast): Urgency {
  if (!forecast.known) return 'plain';
  const end = forecast.reset ?? forecast.expiry;
  if (end?.reached === true) return 'plain';
  if (forecast.days < 1) return 'last_day';
  return end === undefined ? 'plain' : 'short';
}

/** Bytes a day over all that was seen. */
function paceOf(stretches: readonly Stretch[]): number | undefined {
  const [seen, bytes] = stretches.reduce(([span, sum], each) => [span + each.to - each.from, sum + each.bytes], [0, 0]);
  return seen < SHORTEST_SPAN ? undefined : (bytes / seen) * DAY;
}

/**
 * Stretches between readings. A reading below an earlier one whose height is back within a day was an old answer and is
 * left out, else what lies between would count twice; a fall that stays is a credit, and counts as no use.
 */
function stretchesOf(points: readonly TrailPoint[]): Stretch[] {
  const stretches: Stretch[] = [];
  const ordered = [...points].sort((a, b) => a.at - b.at);
  let before = ordered[0];
  for (const [index, point] of ordered.entries()) {
    if (before === undefined || point.at <= before.at) continue;
    const { at, used } = before;
    const soon = (later: TrailPoint): boolean => later.at - point.at <= OLD_ANSWER && later.used >= used;
    if (point.used < used && ordered.slice(index + 1).some(soon)) continue;
    stretches.push({ from: at, to: point.at, bytes: Math.max(0, point.used - used) });
    before = point;
  }
  return stretches;
}

function rangeOf(
  outlook: Outlook,
  remaining: number,
  days: number,
): { low: number; high: number | null; chance: number } {
  const low = Math.min(days, lasting(outlook, remaining, 'above') ?? FARTHEST);
  const high = days > FARTHEST ? null : lasting(outlook, remaining, 'below');
  return { low, high: high === null ? null : Math.max(days, high), chance: CHANCE };
}

/** Days until the use of all days, as high or as low as one of ten, comes to the bytes; null beyond what is looked at. */
function lasting(outlook: Outlook, bytes: number, side: 'above' | 'below'): number | null {
  let before = 0;
  for (let day = 1; day <= FARTHEST; day += 1) {
    const used = Math.max(before, outlook.used(day, side));
    if (used >= bytes) {
      const share = (bytes - before) / (used - before);
      return day - 1 + (side === 'above' ? share : SLEEP + (1 - SLEEP) * share);
    }
    before = used;
  }
  return null;
}

function refuse(code: Reason['code']): Forecast {
  return { known: false, reason: reason(code) };
}

/** What an airport billed over a stretch of time, as far as readings tell. */
export interface Stretch {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** A habit of more than two months ago is another habit. */
const DAYS_BACK = 56;
/** The share of a day that must be covered; the rest is taken to be like it. */
const COVERED = 0.95;

/**
 * Bytes of each past day that readings cover, oldest first; what is not covered is left out, not counted as nothing. Days
 * are counted back from now, so that no time zone is needed.
 *
 * @param now epoch milliseconds
 */
function dailyUse(stretches: readonly Stretch[], now: number): number[] {
  const days: number[] = [];
  for (let back = DAYS_BACK; back > 0; back -= 1) {
    const bytes = bytesWithin(stretches, now - back * DAY, now - (back - 1) * DAY);
    if (bytes !== undefined) days.push(bytes);
  }
  return days;
}

/** Bytes between two instants where stretches cover nearly all of it, each spread evenly. */
function bytesWithin(stretches: readonly Stretch[], from: number, to: number): number | undefined {
  let [bytes, covered] = [0, 0];
  for (const stretch of stretches) {
    const overlap = Math.min(to, stretch.to) - Math.max(from, stretch.from);
    if (overlap <= 0) continue;
    covered += overlap;
    bytes += (stretch.bytes * overlap) / (stretch.to - stretch.from);
  }
  return covered < COVERED * (to - from) ? undefined : (bytes * (to - from)) / covered;
}
