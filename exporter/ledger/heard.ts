import { DIRECTIONS } from '../../core/traffic.ts';
import type { Bytes } from './bytes.ts';
import type { Frame, Totals } from './frame.ts';

/**
 * The newest totals that the kernel of the last frame is known to have reached, no lower than that frame's: what it
 * moved up to then is known should no other frame of it come. As it is saved, plain JSON.
 */
export interface Heard extends Bytes {
  /** When they arrived, epoch milliseconds. */
  readonly at: number;
  /** Another life of the kernel has been heard since; absent before. */
  readonly over?: true;
}

/**
 * What is known after a message, which both read from the same counters of the kernel as its frames (mihomo
 * `tunnel/statistic` `Manager.Total` and `Snapshot`).
 *
 * - A stream that was open before the last frame came is of that frame's life, for it ends with the kernel. What it
 *   brings is newer, or it was sent before the frame and holds nothing that the frame does not.
 * - One that was opened later may be of another life. Its totals were read after all that was heard before: lower ones
 *   are another life's, and others, though they may be higher, tell nothing.
 *
 * @param raw the totals of the last frame
 */
export function hear(totals: Totals, raw: Bytes, heard: Heard | undefined): Heard | undefined {
  if (heard?.over) return heard;
  const { at, upload, download } = totals;
  const isLower = isBelow(totals, heard ?? raw);
  if (totals.continues) return isLower ? heard : { at, upload, download };
  return heard !== undefined && isLower ? { ...heard, over: true } : heard;
}

/** What of it is still newer than a frame of the same life. */
export function stillNewer(heard: Heard | undefined, frame: Bytes): Heard | undefined {
  return heard === undefined || heard.over || isBelow(heard, frame) ? undefined : heard;
}

/** Whether the kernel that was heard has ended, as its totals tell that fell since. */
export function hasEnded(heard: Heard | undefined, frame: Frame): boolean {
  if (heard === undefined) return false;
  return heard.over === true || (frame.begins === true && isBelow(frame, heard));
}

function isBelow(totals: Bytes, earlier: Bytes): boolean {
  return DIRECTIONS.some((direction) => totals[direction] < earlier[direction]);
}
