import type { Movement } from '../play/running-total.ts';
import type { Draft } from './draft.ts';
import { DAY, HOUR, midnightOf } from './time.ts';

/** What somebody else moves over the first airport. */
export function leakMovements({ leak, end }: Draft): Movement[] {
  if (leak === undefined) return [];
  const { shape, start, bytes } = leak;
  switch (shape) {
    case 'constant':
      return [{ from: start, to: end, bytes: (bytes * (end - start)) / DAY }];
    case 'burst':
      return [{ from: start, to: start + 2 * HOUR, bytes }];
    case 'evening':
      return days(start, end).flatMap((midnight) => {
        const from = Math.max(start, midnight + 18 * HOUR);
        const to = midnight + 24 * HOUR;
        return from < to ? [{ from, to, bytes: (bytes * (to - from)) / (6 * HOUR) }] : [];
      });
    case 'growing':
      return Array.from({ length: Math.ceil((end - start) / DAY) }, (_, day) => {
        const from = start + day * DAY;
        return { from, to: from + DAY, bytes: bytes * Math.min(1, (day + 1) / 30) };
      });
  }
}

function days(start: number, end: number): number[] {
  const midnights: number[] = [];
  for (let midnight = midnightOf(start); midnight < end; midnight += DAY) midnights.push(midnight);
  return midnights;
}
