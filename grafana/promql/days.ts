import { DateTime } from 'luxon';
import { upTo } from './select.ts';

/** The end of the range that is looked at. Grafana ends a query on a full step: `end()` of days is the last midnight. */
export const NOW = `\${__to:date:seconds}`;

/** How days are cut, as the auditor's settings say. */
export interface DayCut {
  /** IANA time zone. */
  readonly zone: string;
  /** `HH:MM` at which a day of account ends. */
  readonly dayEnds: string;
}

const HOUR = 3600;
const DAY = 86_400;

/** Seconds from the end of the day of account to the midnight after it: 300 for 23:55. */
export function secondsBeforeMidnight({ dayEnds }: DayCut): number {
  const [hour = 0, minute = 0] = dayEnds.split(':').map(Number);
  return (DAY - hour * 3600 - minute * 60) % DAY;
}

/**
 * Exact growth in each day of account, for a panel of step one day, which Grafana aligns to local midnight: the point at
 * the midnight that opens a date holds that date's day, from `dayEnds` of the evening before to `dayEnds` of the date.
 * Today, whose end is still to come, is taken up to the end of the range. Where scraping stood still as a day ended, the day
 * ends, and the next begins, with what was there an hour before: one more look-up, while a range that looks back as far
 * would read every sample of it.
 *
 * @param selector of counters, which begin at 0
 */
export function perDay(selector: string, cut: DayCut): string {
  const before = secondsBeforeMidnight(cut);
  const untilEnd = DAY - before;
  const lastBefore = (ago: number): string => [0, HOUR].map((more) => `${selector} offset ${ago + more}s`).join(' or ');
  const today = `(${selector} @ ${NOW} and on () (vector(time()) + ${untilEnd} > ${NOW}))`;
  const begin = `(${lastBefore(before)})`;
  // Today first: what was there an hour before its end would hide the present.
  const end = `(${today} or ${lastBefore(-untilEnd)})`;
  return `(${end} - (${begin} or ${end} * 0))`;
}

/** After the end of a day its window stands closed for two hours, before a new one takes its place in the gauges. */
const CLOSED_AFTER = 1800;

/**
 * A gauge of audited windows as each day of account ended, on the same steps as {@link perDay}; today as it is now.
 *
 * @param selector of a gauge of the window that was audited last
 */
export function atDayEnd(selector: string, cut: DayCut): string {
  const later = DAY - secondsBeforeMidnight(cut) + CLOSED_AFTER;
  const today = `(${selector} @ ${NOW} and on () (vector(time()) + ${later} > ${NOW}))`;
  return `(${today} or ${selector} offset -${later}s)`;
}

/** Seconds that local clocks are ahead of UTC in winter; PromQL knows no zones. */
export function standardOffsetSeconds({ zone }: DayCut): number {
  return DateTime.fromObject({ year: 2026, month: 1, day: 15 }, { zone }).offset * 60;
}

/**
 * What moved in each hour of each local day, for a panel of step one day: the point at the midnight that ends a date holds
 * that date's day, one series an hour, with a label `hour` of two digits. A byte is in one cell, and cells add up to the
 * day. One pass over the recorded blocks, while a look-up for each of the hours would pass over the counters 48 times.
 *
 * @param minutes selector of {@link MINUTE_BYTES}
 */
export function hoursOfDay(minutes: string, cut: DayCut): string {
  const ahead = standardOffsetSeconds(cut);
  // A subquery stops at full hours of UTC. Where those of the zone are full half an hour later, it looks as far ahead.
  const later = (HOUR - (((ahead % HOUR) + HOUR) % HOUR)) % HOUR;
  const shifted = (range: string, seconds: number): string => (later === 0 ? range : `${range} offset ${seconds}s`);
  // A sum is at the end of its hour: one second earlier is within it.
  const local = `hour(vector(time() - 1 + ${ahead + later}))`;
  const hour = `label_replace(count_values("hour", ${local}), "hour", "0$1", "hour", "([0-9])")`;
  const hourly = `sum(sum_over_time(${shifted(`${minutes}[${upTo(HOUR)}]`, -later)}))`;
  return `sum_over_time(${shifted(`(${hour} * on () group_left () ${hourly})[${upTo(DAY)}:1h]`, later)})`;
}
