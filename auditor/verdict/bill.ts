import type { UsableReading } from './reading.ts';

/** What an airport billed between two readings, in bytes. */
export interface Bill {
  /** At least this much; exactly this much unless rounding or a new cycle hides the rest. */
  readonly low: number;
  /** At most this much; null when a cycle ended in between, so that its last use was never seen. */
  readonly high: number | null;
  /** Whether use fell: the airport began a new cycle (or credited traffic back). */
  readonly newCycle: boolean;
}

/** The bill of a window from the readings at its ends. A drop in use is a new cycle, never a negative bill. */
export function billBetween(before: UsableReading, after: UsableReading): Bill {
  const precision = before.precision + after.precision;
  const grown = after.used - before.used;
  if (grown < -precision) return { low: Math.max(0, after.used - after.precision), high: null, newCycle: true };
  return { low: Math.max(0, grown - precision), high: Math.max(0, grown + precision), newCycle: false };
}
