import { DateTime } from 'luxon';
import type { Event } from './account.ts';
import type { Draft } from './draft.ts';
import { LOCAL } from './time.ts';

/**
 * A counter that begins anew every month, in shorter months on their last day.
 *
 * @param hour of the day, fractions included
 */
export function monthlyResets({ begin, end }: Draft, day: number, hour: number): Event[] {
  const events: Event[] = [];
  const first = DateTime.fromMillis(begin, { zone: LOCAL.zone }).startOf('month');
  for (let month = 0; month < 40; month += 1) {
    const start = first.plus({ months: month });
    const at = start.set({ day: Math.min(day, start.daysInMonth ?? 28) }).toMillis() + hour * 3_600_000;
    if (at >= end) break;
    if (at > begin) events.push({ at: Math.round(at), resetTo: 0 });
  }
  return events;
}
