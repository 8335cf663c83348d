import { DateTime, IANAZone } from 'luxon';

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

export function isTimeZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
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
export function localDayAt(at: number, rule: DayRule): LocalDay {
  const local = DateTime.fromMillis(at, { zone: rule.zone });
  const endOnDate = endOf(local, rule);
  const end = at < endOnDate.toMillis() ? endOnDate : endOf(local.plus({ days: 1 }), rule);
  const start = endOf(end.minus({ days: 1 }), rule);
  return {
    start: start.toMillis(),
    end: end.toMillis(),
    date: end.minus({ milliseconds: 1 }).toISODate() ?? '',
  };
}

/** An instant as people of a zone read it, such as `11-23 08:05`. */
export function formatLocalTime(at: number, zone: string): string {
  return DateTime.fromMillis(at, { zone }).toFormat('MM-dd HH:mm');
}

/** Where clocks are set back over it, as in Cairo and Santiago at midnight, the first time that they show it. */
function endOf(local: DateTime, rule: DayRule): DateTime {
  const [hour, minute] = rule.dayEnds.split(':').map(Number);
  const end = local.set({ hour: hour ?? 0, minute: minute ?? 0, second: 0, millisecond: 0 });
  return end.getPossibleOffsets()[0] ?? end;
}
