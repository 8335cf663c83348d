import { DateTime } from 'luxon';
import type { Text } from '../../core/language.ts';
import { type DayRule, localDayAt } from '../../core/local-day.ts';
import { TEXTS } from '../messages/texts.ts';

/** A span of the past to audit, in epoch milliseconds, and what its report calls it. */
export interface PastSpan {
  readonly from: number;
  readonly to: number;
  /** `2026-11-20`, or both ends. */
  readonly label: string;
}

export type SpanRead = { readonly ok: true; readonly span: PastSpan } | { readonly ok: false; readonly problem: Text };

const DAY = 24 * 3_600_000;

/**
 * Reads what `--window` was given. A date is a day of account, from its beginning as FROM to its end as TO; an instant is
 * local time of the rule's zone where it names no other.
 *
 * @param now epoch milliseconds; a window must have ended by then
 */
export function readPastSpan(text: string, rule: DayRule, now: number): SpanRead {
  const ends = text.split('..').map((end) => end.trim());
  const [first, last = first] = ends;
  const from = first === undefined ? undefined : readEnd(first, rule);
  const to = last === undefined ? undefined : readEnd(last, rule);
  if (ends.length > 2 || from === undefined || to === undefined) return { ok: false, problem: TEXTS.windowForms };
  if (ends.length === 1 && !from.isDay) return { ok: false, problem: TEXTS.windowForms };
  if (from.start >= to.end) return { ok: false, problem: TEXTS.windowOrder };
  if (to.end > now) return { ok: false, problem: TEXTS.windowRuns };
  return {
    ok: true,
    span: { from: from.start, to: to.end, label: first === last ? (first ?? '') : `${first}..${last}` },
  };
}

function readEnd(text: string, rule: DayRule): { start: number; end: number; isDay: boolean } | undefined {
  const instant = DateTime.fromISO(text.replace(' ', 'T'), { zone: rule.zone });
  if (!instant.isValid || !/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  if (text.length > 10) return { start: instant.toMillis(), end: instant.toMillis(), isDay: false };
  // A day is named by the date on which it ends, be that in the night or at noon.
  const noon = instant.plus({ hours: 12 }).toMillis();
  const day = [noon, noon - DAY].map((at) => localDayAt(at, rule)).find(({ date }) => date === text);
  return day === undefined ? undefined : { start: day.start, end: day.end, isDay: true };
}
