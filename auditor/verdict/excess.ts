import { deviationOf, neededOf, WATCHED } from './change.ts';
import type { Estimate } from './expected.ts';
import type { Habit, Prediction } from './habit.ts';
import type { Past, RecentChange } from './news.ts';
import type { Span } from './span.ts';
import type { Thresholds } from './thresholds.ts';
import type { WindowRecord } from './window-record.ts';

/** Standard deviations that a stated range reaches to either side. */
const RANGE = 2;
/** Windows after which prices below names are believed. */
const YOUNG = 21;
export interface Expectation {
  readonly prediction: Prediction;
  readonly deviation: number;
  readonly expected: Estimate;
}

/** What the window should be billed by the habit. */
export function expectationOf({ now, lateCounts }: Past, { late }: WindowRecord, habit: Habit): Expectation {
  const prediction = habit.predict([now]);
  const deviation = deviationOf(prediction);
  // What was late moves the bill, not the use.
  const moved = Math.max(0, prediction.likely - (lateCounts ? late : 0));
  const expected = {
    low: Math.floor(Math.max(0, moved - RANGE * deviation)),
    likely: Math.round(moved),
    high: Math.ceil(moved + RANGE * deviation),
  };
  return { prediction, deviation, expected };
}

/** How far a bill is too high. */
export interface Gross {
  /** Bytes billed above the highest expectation; negative where the bill fits. */
  readonly excess: number;
  /** Whether that is above the thresholds. */
  readonly gross: boolean;
  /** Whether so much is more than chance, by what is known of the airport. */
  readonly sure: boolean;
}

/**
 * How far the bill is above the highest expectation, with what may be late, whether that is above the thresholds, and
 * whether it is more than chance.
 */
export function grossOf(
  { now }: Past,
  { bill, named, backlog }: WindowRecord,
  { prediction: { likely }, deviation, expected }: Expectation,
  { usual, habit }: RecentChange,
  { bytes, ratio }: Thresholds,
): Gross {
  // A price that few windows show to be below its name may be no price, but the odd week that they were.
  const dearest = usual.length < YOUNG ? named.high : 0;
  const limit = Math.max(expected.high, Math.max(likely, dearest) + backlog + RANGE * deviation);
  const excess = bill.low - limit;
  // A longer window is held to the share of one day: what is not known does not grow with the days. Until a day is over,
  // the rest of a usual one is held against it: early in a day a little lateness is a large share.
  // A day far above the usual one is held to the share of two usual ones: what somebody takes does not grow with it.
  const day = usualDay(usual);
  const rest = Math.max(0, 1 - now.days) * day;
  const most = day === 0 ? Number.POSITIVE_INFINITY : 2 * day * Math.max(1, now.days);
  const share = Math.min(most, likely + RANGE * deviation + rest) * ratio;
  return {
    excess,
    gross: excess > bytes && excess > share / Math.max(1, now.days),
    sure: bill.low - likely - backlog > neededOf(habit, 1) * deviation,
  };
}

/** Whether a bill is below what names and habit admit, even if all that was used within the largest lag is still to come. */
export function isLacking(
  { now, whole }: Past,
  { bill, named, unbilled }: WindowRecord,
  { prediction: { likely }, deviation, expected }: Expectation,
  habit: Habit,
  { bytes, ratio }: Thresholds,
): boolean {
  const floor = Math.min(expected.low, named.low);
  const most = now.bill + unbilled;
  return (
    whole &&
    bill.high !== null &&
    floor - most - now.doubt > Math.max(bytes, ratio * floor) &&
    likely - most > neededOf(habit, 1) * deviation
  );
}

function usualDay(spans: readonly Span[]): number {
  const daily = spans
    .slice(-WATCHED)
    .map(({ billed, days }) => billed / Math.max(1, days))
    .sort((a, b) => a - b);
  return daily[Math.floor(daily.length / 2)] ?? 0;
}
