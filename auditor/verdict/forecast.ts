import { type Reading, remainingOf } from './reading.ts';
import { type Reason, reason } from './reason.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Shorter than this, a pace says more about the hour than about the days to come. */
const SHORTEST_SPAN = 6 * HOUR;
/** Habits of more than a week ago count no longer. */
const LONGEST_SPAN = 7 * DAY;

/** The airport's counter at an instant of the present cycle. */
export interface TrailPoint {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly used: number;
}

/** When a quota will be used up at the present pace, or why that cannot be said. */
export type Forecast =
  | {
      readonly known: true;
      /** Days left, fractions included. */
      readonly days: number;
      /** Bytes a day. */
      readonly pace: number;
      /** The next reset comes first; with the bytes a day that would last until then. */
      readonly reset?: { readonly days: number; readonly allowance: number; readonly reached: boolean };
    }
  | { readonly known: false; readonly reason: Reason };

/**
 * Days left from how the airport's counter grew over at most the last seven days of this cycle.
 *
 * @param trail earlier readings of this cycle, in any order
 */
export function forecast(reading: Reading, trail: readonly TrailPoint[]): Forecast {
  if (reading.expiry !== null && reading.expiry * 1000 <= reading.at) return refuse('plan_expired');
  if (reading.unlimited) return refuse('quota_unlimited');
  const remaining = remainingOf(reading);
  if (reading.used === null) return refuse('use_unknown');
  if (remaining === null) return refuse('quota_unknown');
  const first = trail
    .filter(({ at }) => reading.at - at <= LONGEST_SPAN && at < reading.at)
    .sort((a, b) => a.at - b.at)[0];
  if (first === undefined || reading.at - first.at < SHORTEST_SPAN) return refuse('observed_too_short');
  const pace = ((reading.used - first.used) / (reading.at - first.at)) * DAY;
  if (pace <= 0) return remaining === 0 ? { known: true, days: 0, pace: 0 } : refuse('no_use');
  const days = remaining / pace;
  const untilReset = reading.reset === null ? 0 : (reading.reset * 1000 - reading.at) / DAY;
  if (untilReset <= 0) return { known: true, days, pace };
  return {
    known: true,
    days,
    pace,
    reset: { days: untilReset, allowance: remaining / untilReset, reached: days >= untilReset },
  };
}

function refuse(code: Reason['code']): Forecast {
  return { known: false, reason: reason(code) };
}
