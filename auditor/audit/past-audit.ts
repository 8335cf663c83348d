import { DateTime } from 'luxon';
import type { Text } from '../../core/language.ts';
import { type DayRule, formatLocalTime, localDayAt } from '../../core/local-day.ts';
import { type Amendments, NO_AMENDMENTS } from '../amend/amendments.ts';
import type { AuditorConfig } from '../config.ts';
import { TEXTS } from '../messages/texts.ts';
import { type AuditedAirport, type ReportModel, reportModel, type TodayInput } from '../report/model.ts';
import { type AirportState, type AuditState, EMPTY_AIRPORT } from '../state/audit-state.ts';
import { type Mark, type ReadingOutcome, type Reason, reason, type UsableReading } from '../verdict/reading.ts';
import type { WindowRecord } from '../verdict/span.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { type AuditParts, readUse, reportUserOf } from './audit.ts';
import { reauditIfAmended } from './reaudit.ts';
import { type AirportWindow, auditWindows } from './window.ts';

/** A report may come minutes late. */
const SLACK = 3_600_000;

/**
 * Audits a span that is over from what is remembered: the readings nearest to its ends, and the exact sums between them.
 * No airport is asked, and nothing is changed.
 */
export async function pastAudit(
  { prometheus, sums, usage }: Pick<AuditParts, 'prometheus' | 'sums' | 'usage'>,
  config: AuditorConfig,
  state: AuditState,
  { from, to, label }: PastSpan,
  amendments: Amendments = NO_AMENDMENTS,
): Promise<ReportModel> {
  const { user, subscriptions, thresholds, day: rule } = config;
  const read = await readUse({ prometheus, sums }, user, from, to);
  const empty = read.known && read.traffic.length === 0 && read.presence.length === 0;
  const today: TodayInput = empty ? { known: false, reasons: [reason('no_samples')] } : read;
  // What a person corrected since the running auditor last looked counts here too.
  const { airports: known } = (await reauditIfAmended(usage, config, state, amendments))?.state ?? state;
  const stored = subscriptions.map(({ name, rules }) => {
    const remembered = known.get(name) ?? EMPTY_AIRPORT;
    const readings = storedReadings(remembered, from, to, (at) => formatLocalTime(at, rule.zone));
    return { name, owner: rules?.user ?? user, remembered, readings };
  });
  const airports: AuditedAirport[] = [];
  for (const owner of new Set(stored.map((each) => each.owner))) {
    if (reportUserOf(config, owner) !== user) continue;
    const group = stored.filter((each) => each.owner === owner);
    const owned = subscriptions.filter((each) => (each.rules?.user ?? user) === owner);
    const windows = group.map(({ name, remembered, readings }): AirportWindow => {
      const [first, last] = readings.known ? [readings.marks[0], readings.marks.at(-1)] : [];
      const before = remembered.windows.filter((window) => window.to <= (first?.at ?? 0) + SLACK);
      return {
        user: owner,
        airport: name,
        airports: owned,
        anchor: first,
        mark: last,
        outcome: outcomeOf(readings, last, to),
        unsteady: false,
        report: true,
        memory: { observations: [], windows: before },
        amendments,
      };
    });
    for (const [index, audited] of (await auditWindows(usage, windows, thresholds)).entries()) {
      const { readings } = group[index] ?? {};
      // What was left then is not kept, and what is left now says nothing of then.
      const at = windows[index]?.mark?.at ?? to;
      const outcome = readings?.known === true ? pastOutcome(at) : audited.outcome;
      const verdict = settled(audited.verdict, readings?.known === true ? readings.windows : []);
      const forecast = { known: false, reason: reason('window_past') } as const;
      airports.push({ ...audited, outcome, verdict, forecast, plan: [], resetHint: false });
    }
  }
  const day = { date: label, start: from, end: to };
  return { ...reportModel({ user, at: to, timezone: rule.zone, day, today, airports, days: [] }), past: true };
}

/**
 * A verdict as closed windows had it: their observations saw more than is kept, and a leak in one of them is no less a leak in
 * the sum. Evidence is what is known now.
 */
function settled(verdict: Verdict, windows: readonly WindowRecord[]): Verdict {
  const noSamples = (each: Reason): Reason => (each.code === 'no_devices' ? reason('no_samples') : each);
  const young = verdict.reasons.some(({ code }) => code === 'lag_unknown' || code === 'habit_unknown');
  if (verdict.kind === 'unknown' && !(young && windows.length > 0))
    return { ...verdict, reasons: verdict.reasons.map(noSamples) };
  const [only, ...others] = windows;
  if (only !== undefined && others.length === 0) return { ...verdict, kind: only.kind };
  if (windows.some(({ kind }) => kind === 'leak')) return { ...verdict, kind: 'leak' };
  return verdict.kind === 'unknown' ? { ...verdict, kind: 'ok' } : verdict;
}

const pastOutcome = (at: number): ReadingOutcome => ({ known: false, at, reasons: [reason('window_past')] });

function outcomeOf(readings: StoredReadings, last: Mark | undefined, to: number): ReadingOutcome {
  if (!readings.known || last === undefined)
    return { known: false, at: to, reasons: readings.known ? [] : readings.reasons };
  const { at, total: used, precision } = last;
  const nothing = { upload: null, download: null, quota: null, unlimited: false, expiry: null, reset: null };
  return { known: true, reading: { ...nothing, at, used, precision, reasons: [] } };
}

/** An airport is read every two hours, and a failure or two may lie between. */
const REACH = 3 * 3_600_000;

/** What is remembered of a span: the counter at its ends and in between, or why that is not known. */
type StoredReadings =
  | {
      readonly known: true;
      /** At least two, in order; the first and the last are the ends. */
      readonly marks: readonly Mark[];
      /** The closed windows that the span consists of; empty where it rests on single readings. */
      readonly windows: readonly WindowRecord[];
    }
  | { readonly known: false; readonly reasons: readonly Reason[] };

type FoundReadings = Extract<StoredReadings, { known: true }>;

/**
 * The readings that stand nearest to the ends of a span: of closed windows, of which only what they billed is kept, or
 * of the running cycle, of which the counter itself is.
 *
 * @param time writes an instant for people
 */
function storedReadings(
  { latest, cycle, windows }: AirportState,
  from: number,
  to: number,
  time: (at: number) => string,
): StoredReadings {
  const marks = marksOf(latest, cycle?.trail ?? []);
  const distance = ({ marks: [first, ...others] }: FoundReadings): number =>
    Math.abs((first?.at ?? 0) - from) + Math.abs((others.at(-1)?.at ?? 0) - to);
  const found = [fromWindows(windows, from, to), fromMarks(marks, from, to)]
    .filter((each) => each !== undefined)
    .sort((a, b) => distance(a) - distance(b))[0];
  if (found === undefined) return { known: false, reasons: missing(marks, windows, from, to, time) };
  // What was billed before the counter fell was not seen to the end.
  if (found.windows.some(({ bill }) => bill.high === null)) return { known: false, reasons: [reason('cycle_began')] };
  return found;
}

const NOTHING_HIDDEN = { gaps: 0, resets: 0, cycles: 0, credited: 0 };

/** Points of the trail do not keep how far the airport rounds; where it does, its last reading tells. */
function marksOf(
  latest: UsableReading | null,
  trail: readonly { readonly at: number; readonly used: number }[],
): Mark[] {
  const precision = latest?.precision ?? 0;
  const marks = new Map<number, Mark>();
  for (const { at, used } of latest === null ? trail : [...trail, latest])
    marks.set(at, { at, total: used, precision, ...NOTHING_HIDDEN });
  return [...marks.values()].sort((a, b) => a.at - b.at);
}

function fromMarks(marks: readonly Mark[], from: number, to: number): FoundReadings | undefined {
  const [first, last] = [nearestMark(marks, from), nearestMark(marks, to)];
  if (first === undefined || last === undefined || first.at >= last.at) return undefined;
  return { known: true, marks: marks.filter(({ at }) => at >= first.at && at <= last.at), windows: [] };
}

/** Windows that touch, from one end of the span to the other. */
function fromWindows(windows: readonly WindowRecord[], from: number, to: number): FoundReadings | undefined {
  const first = nearestMark(
    windows.map((window) => ({ ...window, at: window.from })),
    from,
  );
  const last = nearestMark(
    windows.map((window) => ({ ...window, at: window.to })),
    to,
  );
  if (first === undefined || last === undefined || first.from >= last.to) return undefined;
  const chain = windows.filter((window) => window.from >= first.from && window.to <= last.to);
  if (chain.some((window, index) => index > 0 && window.from !== chain[index - 1]?.to)) return undefined;
  const marks: Mark[] = [{ at: first.from, total: 0, precision: 0, ...NOTHING_HIDDEN }];
  for (const { to: at, bill } of chain)
    marks.push({ at, total: (marks.at(-1)?.total ?? 0) + bill.likely, precision: 0, ...NOTHING_HIDDEN });
  return { known: true, marks, windows: chain };
}

function nearestMark<T extends { readonly at: number }>(marks: readonly T[], at: number): T | undefined {
  const [best] = [...marks].sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
  return best !== undefined && Math.abs(best.at - at) <= REACH ? best : undefined;
}

function missing(
  marks: readonly Mark[],
  windows: readonly WindowRecord[],
  from: number,
  to: number,
  time: (at: number) => string,
): Reason[] {
  const instants = [...marks.map(({ at }) => at), ...windows.flatMap((window) => [window.from, window.to])];
  if (instants.length === 0) return [reason('readings_none')];
  const near = (end: number): boolean => instants.some((at) => Math.abs(at - end) <= REACH);
  const kept = reason('readings_kept', `${time(Math.min(...instants))} – ${time(Math.max(...instants))}`);
  const ends = [from, to].filter((end) => !near(end)).map((end) => reason('reading_missing', time(end)));
  return ends.length === 0 ? [reason('readings_apart'), kept] : [...ends, kept];
}

/** A span of the past to audit, in epoch milliseconds, and what its report calls it. */
export interface PastSpan {
  readonly from: number;
  readonly to: number;
  /** `2026-11-20`, or both ends. */
  readonly label: string;
}

type SpanRead = { readonly ok: true; readonly span: PastSpan } | { readonly ok: false; readonly problem: Text };

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
  // A day is named by the date on which it ends, at night or at noon.
  const noon = instant.plus({ hours: 12 }).toMillis();
  const day = [noon, noon - DAY].map((at) => localDayAt(at, rule)).find(({ date }) => date === text);
  return day === undefined ? undefined : { start: day.start, end: day.end, isDay: true };
}
