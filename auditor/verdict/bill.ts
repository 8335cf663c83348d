import type { UsableReading } from './reading.ts';

/** What an airport billed between two readings, in bytes. */
export interface Bill {
  /** At least this much; exactly this much unless rounding or a new cycle hides the rest. */
  readonly low: number;
  /** At most this much; null when a cycle ended in between, so that its last use was never seen. */
  readonly high: number | null;
  /** Whether use fell: the airport began a new cycle (or credited traffic back). */
  readonly newCycle: boolean;
  /** Bytes that the airport gave back in between; absent for none. */
  readonly credit?: number;
}

/** As much of a reading as a bill needs. */
export type BilledUse = Pick<UsableReading, 'used' | 'precision'>;

/**
 * The bill of a window from the readings at its ends and those in between, in order. A drop in use is a new cycle, never
 * a negative bill; the more readings in between, the less of the old cycle's end stays unseen.
 */
export function billOver(readings: readonly BilledUse[]): Bill {
  let bill: Bill = { low: 0, high: 0, newCycle: false };
  let [first, last] = [readings[0], readings[0]];
  if (first === undefined || last === undefined) return bill;
  for (const reading of readings.slice(1)) {
    if (reading.used < last.used - last.precision - reading.precision) {
      bill = { low: bill.low + grown(first, last).low, high: null, newCycle: true };
      first = { used: 0, precision: 0 };
    }
    last = reading;
  }
  const rest = grown(first, last);
  return { ...bill, low: bill.low + rest.low, high: bill.high === null ? null : bill.high + rest.high };
}

function grown(first: BilledUse, last: BilledUse): { low: number; high: number } {
  const [bytes, precision] = [last.used - first.used, last.precision + first.precision];
  return { low: Math.max(0, bytes - precision), high: Math.max(0, bytes + precision) };
}
