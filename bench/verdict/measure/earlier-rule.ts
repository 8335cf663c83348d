import { MB } from '../world/time.ts';
import type { AirportTruth } from '../world/world.ts';
import type { Heard } from './heard.ts';

const BYTES = 100 * MB;
const SHARE = 0.2;

/**
 * What the earlier FlowCollect would have called a leak or too small a bill: total against total since the last
 * midnight, no multiplier, a missing answer taken for 0, an alarm when both differ by more than 100 MB and 20 %.
 */
export function earlierAlarms({ used }: AirportTruth, heard: readonly Heard[]): number {
  let alarms = 0;
  let [before, alarmed] = [undefined as Heard | undefined, false];
  for (const night of heard) {
    if (!night.report) continue;
    if (before !== undefined) {
      const billed = (night.used ?? 0) - (before.used ?? 0);
      const own = used.at(night.at) - used.at(before.at);
      const difference = Math.abs(billed - own);
      const alarm = difference > BYTES && difference > own * SHARE;
      if (alarm && !alarmed) alarms += 1;
      alarmed = alarm;
    }
    before = night;
  }
  return alarms;
}
