import type { Estimate } from './bill.ts';
import type { LearnedBilling } from './finding.ts';
import type { Habit } from './habit.ts';
import { LONGEST_LAG } from './observations.ts';
import { DAY } from './span.ts';
import { sum } from './statistics.ts';
import type { WindowRecord } from './window-record.ts';

/** Nine times of ten, to either side. */
const DEVIATIONS = 1.645;
/** A multiplier is learned once its range is narrower than this share of it. */
const LEARNED = 0.25;

/** Windows whose health checks are told of: some days, since intervals are set anew. */
const NEWEST = 7;

/**
 * What the windows tell of an airport's bill, for people.
 *
 * @param record the window that is judged, whose nodes are told of
 */
export function learnedBilling(habit: Habit, record: WindowRecord, windows: readonly WindowRecord[]): LearnedBilling {
  const { overhead, daily, spans, days } = habit;
  const multipliers = record.nodes
    .filter(({ told, owners }) => !told || owners > 1)
    .flatMap((share) => {
      const { likely, deviation, sway } = habit.multiplierOf(share);
      const { node, provider, bytes } = share;
      const learned = spans > 0 && DEVIATIONS * deviation <= LEARNED * Math.max(1, likely);
      return learned ? [{ node, provider, bytes, ...estimate(likely, Math.hypot(deviation, sway)) }] : [];
    })
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ bytes: _, ...learned }) => learned);
  const first = windows[0]?.from ?? record.from;
  const newest = [...windows.slice(-NEWEST), record];
  const checks = sum(newest, (window) => window.checks) / ((record.to - (newest[0]?.from ?? record.from)) / DAY);
  return {
    windows: spans,
    days: Math.round(days),
    ratio: estimate(1 + overhead.likely, overhead.deviation),
    checks: Math.round(checks),
    daily: estimate(daily.likely, daily.deviation),
    lag: record.to - first < LONGEST_LAG ? null : Math.max(record.lag, ...windows.map(({ lag }) => lag)),
    multipliers,
  };
}

function estimate(likely: number, deviation: number): Estimate {
  const half = DEVIATIONS * deviation;
  return { low: Math.max(0, likely - half), likely, high: likely + half };
}
