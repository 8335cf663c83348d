import { DateTime } from 'luxon';
import { isTimeOfDay } from '../../core/local-day.ts';

/** A time of day in the airport's zone. */
interface TimeOfDay {
  /** 0 to 23. */
  readonly hour: number;
  readonly minute: number;
}

/** When an airport sets the use of a plan back to 0. */
export type Schedule =
  | ({ readonly kind: 'daily' } & TimeOfDay)
  /** 1 is Monday, 7 is Sunday. */
  | ({ readonly kind: 'weekly'; readonly weekday: number } & TimeOfDay)
  /** In months that are shorter, their last day. */
  | ({ readonly kind: 'monthly'; readonly day: number } & TimeOfDay)
  | ({ readonly kind: 'yearly'; readonly month: number; readonly day: number } & TimeOfDay)
  | { readonly kind: 'never' };

/** Midnight of a day of the month, as panels reset. */
export const monthly = (day: number): Schedule => ({ kind: 'monthly', day, hour: 0, minute: 0 });

/**
 * The next instant of a schedule after another.
 *
 * @param at epoch milliseconds
 * @returns Unix seconds; null for never
 */
export function nextReset(at: number, schedule: Schedule, zone: string): number | null {
  if (schedule.kind === 'never') return null;
  const known = lastAnswers.get(schedule);
  if (known !== undefined && known.zone === zone && at >= known.from && at < known.next) return known.next / 1000;
  const now = DateTime.fromMillis(at, { zone });
  const instants = [0, 1].map((ahead) => instantIn(now, ahead, schedule));
  const next = instants.find((instant) => instant > now)?.toMillis();
  if (next === undefined) return null;
  lastAnswers.set(schedule, { zone, from: at, next });
  return next / 1000;
}

/** Calendars are slow to ask, and every observation asks for the same instant. */
const lastAnswers = new WeakMap<Schedule, { readonly zone: string; readonly from: number; readonly next: number }>();

/** The instant of a schedule in the day, week, month or year of another, or so many after it. */
function instantIn(now: DateTime, ahead: number, schedule: Exclude<Schedule, { kind: 'never' }>): DateTime {
  const { hour, minute } = schedule;
  return dayOf(now, ahead, schedule).set({ hour, minute, second: 0, millisecond: 0 });
}

function dayOf(now: DateTime, ahead: number, schedule: Exclude<Schedule, { kind: 'never' }>): DateTime {
  if (schedule.kind === 'daily') return now.startOf('day').plus({ days: ahead });
  if (schedule.kind === 'weekly') {
    return now.startOf('week').plus({ weeks: ahead, days: schedule.weekday - 1 });
  }
  const month =
    schedule.kind === 'monthly'
      ? now.startOf('month').plus({ months: ahead })
      : now.startOf('year').plus({ years: ahead }).set({ month: schedule.month });
  return month.set({ day: Math.min(schedule.day, month.daysInMonth ?? 28) });
}

/** Days of the week from Monday, as people write them. */
const WEEKDAYS: readonly (readonly string[])[] = [
  ['1', 'mon', 'monday', '周一', '星期一'],
  ['2', 'tue', 'tuesday', '周二', '星期二'],
  ['3', 'wed', 'wednesday', '周三', '星期三'],
  ['4', 'thu', 'thursday', '周四', '星期四'],
  ['5', 'fri', 'friday', '周五', '星期五'],
  ['6', 'sat', 'saturday', '周六', '星期六'],
  ['7', 'sun', 'sunday', '周日', '星期日', '周天', '星期天'],
];
/** Of a leap year: 29 February is a day too, and the 28th in other years. */
const MONTH_LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * `daily`, `weekly mon`, `monthly 16`, `yearly 12-31`, each with an `HH:MM` behind it or at midnight, or `never`.
 *
 * @returns undefined when it is none of them
 */
export function readResetRule(text: string): Schedule | undefined {
  const words = text.trim().toLowerCase().split(/\s+/);
  const last = words.at(-1) ?? '';
  const clock = words.length > 1 && last.includes(':') ? last : undefined;
  if (clock !== undefined && !isTimeOfDay(clock.padStart(5, '0'))) return undefined;
  const [hour = 0, minute = 0] = (clock ?? '0:0').split(':').map(Number);
  const [kind, day, ...more] = clock === undefined ? words : words.slice(0, -1);
  if (more.length > 0) return undefined;
  if (day === undefined) {
    if (kind === 'daily') return { kind, hour, minute };
    return kind === 'never' && clock === undefined ? { kind } : undefined;
  }
  if (kind === 'weekly') {
    const weekday = 1 + WEEKDAYS.findIndex((names) => names.includes(day));
    return weekday === 0 ? undefined : { kind, weekday, hour, minute };
  }
  if (kind === 'monthly') {
    const number = /^\d{1,2}$/.test(day) ? Number(day) : 0;
    return number >= 1 && number <= 31 ? { kind, day: number, hour, minute } : undefined;
  }
  if (kind === 'yearly') {
    const [, month = 0, number = 0] = (/^(\d{1,2})-(\d{1,2})$/.exec(day) ?? []).map(Number);
    return number >= 1 && number <= (MONTH_LENGTHS[month - 1] ?? 0)
      ? { kind, month, day: number, hour, minute }
      : undefined;
  }
  return undefined;
}
