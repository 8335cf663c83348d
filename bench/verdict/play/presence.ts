import type { Device } from './records.ts';
import { firstAfter } from './running-total.ts';

/** What a store knows of when a device reported. */
export interface Heard {
  /** Up to when a store that is asked at an instant knows of the device; undefined before its first push. */
  until(at: number): number | undefined;
}

export function heardOf({ firstPush, lastPush, silences }: Device): Heard {
  const ordered = silences.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  const begins = ordered.map(({ from }) => from);
  const last = lastPush ?? Number.POSITIVE_INFINITY;
  return {
    until(at) {
      if (firstPush !== null && at < firstPush) return undefined;
      let until = Math.min(at, last);
      // Silences may overlap: the earliest that covers the instant tells.
      for (let index = firstAfter(begins, until) - 1; index >= 0; index -= 1) {
        const silence = ordered[index];
        if (silence === undefined || until >= silence.to || until <= silence.from) break;
        until = silence.from;
      }
      return firstPush !== null && until < firstPush ? undefined : until;
    },
  };
}
