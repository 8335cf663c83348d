/** One day of account: `[start, end)` in epoch milliseconds, named by the calendar date it mostly covers. */
export interface LocalDay {
  readonly start: number;
  readonly end: number;
  /** ISO date such as `2026-11-23`. */
  readonly date: string;
}

/** How days are cut: an IANA time zone and the local time at which a day ends. */
export interface DayRule {
  readonly zone: string;
  /** `HH:MM`, 24 hours. */
  readonly dayEnds: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError where there is no such zone */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}

/** By how many milliseconds the clocks of a zone are ahead of UTC, which they tell as `GMT+08:00`, or `GMT` for none. */
function offsetAt(at: number, zone: string): number {
  const [, sign, hours = 0, minutes = 0, seconds = 0] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(formatOf(zone).format(at)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 * MINUTE + Number(minutes) * MINUTE + Number(seconds) * SECOND);
}

/** What the clocks of a zone show, as if it were of UTC. */
const shownAt = (at: number, zone: string): number => at + offsetAt(at, zone);

/**
 * The first instant at which the clocks of a zone show this; where they are put forward over it, as if they were not yet.
 *
 * @param shown as if it were of UTC
 */
function firstShowing(shown: number, zone: string): number {
  const offsets = [shown - DAY, shown + DAY].map((near) => offsetAt(near, zone));
  const instants = offsets.map((offset) => shown - offset).filter((at) => shownAt(at, zone) === shown);
  return instants.length === 0 ? shown - Math.min(...offsets) : Math.min(...instants);
}

export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

export function isTimeOfDay(text: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(text);
}

/**
 * The day of account that holds an instant: it runs from `dayEnds` to `dayEnds`, so that the report sent at that time
 * covers a whole day and nothing falls between two days. A day may have 23 or 25 hours where clocks change.
 *
 * @param at epoch milliseconds
 */
export function localDayAt(at: number, { zone, dayEnds }: DayRule): LocalDay {
  const [hours = 0, minutes = 0] = dayEnds.split(':').map(Number);
  const midnight = Math.floor(shownAt(at, zone) / DAY) * DAY;
  /** Where clocks are set back over it, as in Cairo and Santiago at midnight, the first time that they show it. */
  const endOn = (day: number): number => firstShowing(midnight + day * DAY + (hours * 60 + minutes) * MINUTE, zone);
  const last = at < endOn(0) ? 0 : 1;
  const end = endOn(last);
  return { start: endOn(last - 1), end, date: new Date(shownAt(end - 1, zone)).toISOString().slice(0, 10) };
}

/**
 * The minutes of the calendar that come with the minute that begins at an instant, so that each comes once: with those
 * over which clocks were just put forward, and none where clocks that were set back show it for the second time.
 *
 * @param at epoch milliseconds of a whole minute
 * @returns as if they were of UTC, oldest first
 */
export function calendarMinutes(at: number, zone: string): number[] {
  const shown = shownAt(at, zone);
  if (firstShowing(shown, zone) < at) return [];
  const leapt = Math.max(0, (shown - shownAt(at - MINUTE, zone)) / MINUTE - 1);
  return Array.from({ length: leapt + 1 }, (_, index) => shown - (leapt - index) * MINUTE);
}

/** An instant as people of a zone read it, such as `11-23 08:05`. */
export function formatLocalTime(at: number, zone: string): string {
  return new Date(shownAt(at, zone)).toISOString().slice(5, 16).replace('T', ' ');
}
