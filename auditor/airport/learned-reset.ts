import { DateTime } from 'luxon';
import { monthly, nextReset, type Schedule } from './reset.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A fall of use that ended a cycle. Epoch milliseconds. */
export interface CycleFall {
  /** When the cycle that it ended was first seen. */
  readonly since: number;
  /** Use fell between these two readings. */
  readonly from: number;
  readonly to: number;
  /** Whether use fell to a small part of what it was: where it did not, the fall proves no more than that it was not missed. */
  readonly small: boolean;
  /** Whether quota or expiry changed with it: somebody bought, which repeats nothing. */
  readonly renewed: boolean;
}

/** Further apart than this, two readings do not tell the day on which use fell. */
const WIDEST = 26 * HOUR;
/** Panels reset when a job runs, which is minutes late at times. */
const LATE = HOUR / 4;
/** How far the same reset may be from its hour at the next time. */
const APART = 3 * HOUR;
/** A fall that stands alone says something only where its hour is known. */
const NARROW = 6 * HOUR;
/** After so long without a fall, use resets neither every day nor every week. */
const OVER_A_WEEK = 8 * DAY;

/**
 * When use resets, as the falls so far tell it: two that are a day, a week, a month or a year apart, with none left
 * out since; or one at midnight on the 1st or on the expiry's day, where more than a week without a fall is next to
 * it. Anything less would be a guess.
 *
 * @param falls oldest first
 * @param expiry of the plan, Unix seconds
 * @param until of the last reading, epoch milliseconds
 * @param zone where the airport counts days
 */
export function learnedReset(
  falls: readonly CycleFall[],
  expiry: number | null,
  until: number,
  zone: string,
): Schedule | undefined {
  const usable = falls.filter(({ from, to, small, renewed }) => small && !renewed && to - from <= WIDEST);
  const fits = (schedule: Schedule, fall: CycleFall): boolean => noneMissed(schedule, fall, falls, until, zone);
  for (const kind of ['daily', 'weekly', 'monthly', 'yearly'] as const) {
    for (const fall of [...usable].reverse()) {
      const earlier = usable.filter(({ to }) => to <= fall.from);
      for (const instant of instantsOf(fall, expiry, zone)) {
        const found = schedulesAt(instant, kind).find(
          (schedule) => earlier.some((before) => follows(schedule, before, instant, zone)) && fits(schedule, fall),
        );
        if (found !== undefined) return found;
      }
    }
  }
  for (const fall of [...usable].reverse()) {
    const found = byItself(fall, falls, expiry, until, zone);
    if (found !== undefined && fits(found, fall)) return found;
  }
  return undefined;
}

/** Instants at which use may have been reset in a fall: midnight, the expiry's time of day, or when it was seen. */
function instantsOf(fall: CycleFall, expiry: number | null, zone: string): DateTime[] {
  const inside = (schedule: Schedule): DateTime[] => {
    const instant = nextReset(fall.from - LATE, schedule, zone);
    return instant !== null && instant * 1000 <= fall.to ? [DateTime.fromSeconds(instant, { zone })] : [];
  };
  return [
    ...inside({ kind: 'daily', hour: 0, minute: 0 }),
    ...(expiry === null ? [] : inside({ kind: 'daily', ...timeOf(DateTime.fromSeconds(expiry, { zone })) })),
    DateTime.fromMillis(fall.to, { zone }).startOf('minute'),
  ];
}

/** The schedules of a kind that have this instant; the last day of a month may stand for later days. */
function schedulesAt(instant: DateTime, kind: Exclude<Schedule['kind'], 'never'>): Schedule[] {
  const { weekday, month, day } = instant;
  const time = timeOf(instant);
  if (kind === 'daily') return [{ kind, ...time }];
  if (kind === 'weekly') return [{ kind, weekday, ...time }];
  if (kind === 'yearly') return [{ kind, month, day, ...time }];
  const last = day === instant.daysInMonth ? 31 : day;
  return Array.from({ length: last - day + 1 }, (_, more) => ({ kind, day: day + more, ...time }));
}

/** Whether an instant is the next of the schedule after one that an earlier fall shows. */
function follows(schedule: Schedule, before: CycleFall, instant: DateTime, zone: string): boolean {
  const shown = nextReset(before.from - APART, schedule, zone);
  if (shown === null || shown * 1000 > before.to + APART) return false;
  return nextReset(shown * 1000, schedule, zone) === instant.toSeconds();
}

/** Whether every instant of a schedule since a fall shows in a fall. */
function noneMissed(
  schedule: Schedule,
  fall: CycleFall,
  falls: readonly CycleFall[],
  until: number,
  zone: string,
): boolean {
  let at = fall.to + APART;
  for (;;) {
    const next = nextReset(at, schedule, zone);
    if (next === null || next * 1000 > until - APART) return true;
    at = next * 1000;
    if (!falls.some(({ from, to }) => at > from - APART && at <= to + APART)) return false;
  }
}

/** What one fall proves where its day is that of the expiry, or the 1st, and nothing shorter than a month explains it. */
function byItself(
  fall: CycleFall,
  falls: readonly CycleFall[],
  expiry: number | null,
  until: number,
  zone: string,
): Schedule | undefined {
  const next = falls.find(({ from }) => from >= fall.to)?.from ?? until;
  if (fall.to - fall.from > NARROW || Math.max(fall.from - fall.since, next - fall.to) < OVER_A_WEEK) return undefined;
  const ends = expiry === null ? undefined : DateTime.fromSeconds(expiry, { zone });
  const candidates: Schedule[] = [monthly(1)];
  if (ends !== undefined) candidates.push(monthly(ends.day), { kind: 'monthly', day: ends.day, ...timeOf(ends) });
  return candidates.find((schedule) => {
    const seconds = nextReset(fall.from - LATE, schedule, zone);
    if (seconds === null || seconds * 1000 > fall.to) return false;
    // On New Year's Day, and in the month of the expiry, it may as well be once a year.
    const { month, day } = DateTime.fromSeconds(seconds, { zone });
    return !(month === 1 && day === 1) && month !== ends?.month;
  });
}

function timeOf({ hour, minute }: DateTime): { hour: number; minute: number } {
  return { hour, minute };
}
