import { DateTime } from 'luxon';
import type { Event } from './account.ts';
import type { Draft } from './draft.ts';
import { HOUR, LOCAL } from './time.ts';

/**
 * A counter that begins anew every month, in shorter months on their last day.
 *
 * @param hour of the day, fractions included
 */
export function monthlyResets({ begin, end }: Draft, day: number, hour: number): Event[] {
  const events: Event[] = [];
  const first = DateTime.fromMillis(begin, { zone: LOCAL.zone }).startOf('month');
  for (let month = 0; ; month += 1) {
    const start = first.plus({ months: month });
    const at = Math.round(start.set({ day: Math.min(day, start.daysInMonth ?? 28) }).toMillis() + hour * HOUR);
    if (at >= end) return events;
    if (at > begin) events.push({ at, resetTo: 0, planned: true });
  }
}

/** A counter that begins anew at even distances, counted from an instant before the first look. */
export function repeatedResets({ begin, end }: Draft, from: number, every: number): Event[] {
  const events: Event[] = [];
  for (let at = from; at < end; at += every) if (at > begin) events.push({ at, resetTo: 0, planned: true });
  return events;
}
