import type { TrailPoint } from '../verdict/forecast.ts';
import type { UsableReading } from '../verdict/reading.ts';
import { isReset } from './reset.ts';

/** The billing cycle that an airport is in, as its readings showed it. */
export interface Cycle {
  /** Epoch milliseconds: when use was first seen in this cycle. */
  readonly start: number;
  /** Whether the start was seen as a drop in use; else it is the first reading ever, and the cycle began earlier. */
  readonly seen: boolean;
  /** Whether use began from nearly nothing, a month that ended and not credit, and was read on the day when it did. */
  readonly emptied?: boolean;
  /** Readings of this cycle, oldest first, thinned out. */
  readonly trail: readonly TrailPoint[];
}

const TRAIL_STEP = 2 * 3_600_000;
/** Use begins anew at midnight: further apart, the reading after it may be of a later day. */
const SAME_DAY = 24 * 3_600_000 + TRAIL_STEP;
const TRAIL_LENGTH = 600;

/** The cycle after one more reading: a drop in use begins a new one. */
export function advanceCycle(cycle: Cycle | undefined, reading: UsableReading): Cycle {
  const point: TrailPoint = { at: reading.at, used: reading.used };
  const last = cycle?.trail.at(-1);
  if (cycle === undefined || last === undefined) return { start: reading.at, seen: false, trail: [point] };
  if (reading.used < last.used - reading.precision)
    return {
      start: reading.at,
      seen: true,
      ...(isReset(last.used, reading.used) && reading.at - last.at <= SAME_DAY ? { emptied: true } : {}),
      trail: [point],
    };
  if (reading.at - last.at < TRAIL_STEP) return cycle;
  return { ...cycle, trail: [...cycle.trail, point].slice(-TRAIL_LENGTH) };
}
