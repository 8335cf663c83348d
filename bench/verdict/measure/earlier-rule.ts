import { MB } from '../world/time.ts';
import type { AirportTruth } from '../world/world.ts';
import type { Heard } from './heard.ts';

const BYTES = 100 * MB;
const SHARE = 0.2;

/** What the earlier rule says on one night. */
interface EarlierNight {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly alarm: boolean;
}

/**
 * What the earlier FlowCollect would have called a leak or too small a bill: total against total since the last
 * midnight, no multiplier, a missing answer taken for 0, an alarm when both differ by more than 100 MB and 20 %.
 */
export function earlierNights({ used }: AirportTruth, heard: readonly Heard[]): EarlierNight[] {
  const nights = heard.filter(({ report }) => report);
  return nights.slice(1).map((night, index) => {
    const before = nights[index];
    const billed = (night.used ?? 0) - (before?.used ?? 0);
    const own = used.at(night.at) - used.at(before?.at ?? night.at);
    const difference = Math.abs(billed - own);
    return { at: night.at, alarm: difference > BYTES && difference > own * SHARE };
  });
}

/** How many alarms those were: those in a row count once. */
export function earlierAlarms(nights: readonly EarlierNight[]): number {
  return nights.filter(({ alarm }, index) => alarm && nights[index - 1]?.alarm !== true).length;
}
