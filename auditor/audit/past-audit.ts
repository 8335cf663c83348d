import { formatLocalTime } from '../../core/local-day.ts';
import { PrometheusError } from '../../runtime/prometheus.ts';
import { type Amendments, NO_AMENDMENTS } from '../amend/amendments.ts';
import type { AuditorConfig } from '../config.ts';
import type { AuditedAirport } from '../report/model.ts';
import { type ReportModel, reportModel, type TodayInput } from '../report/model.ts';
import { reportUserOf } from '../report/users.ts';
import { type AuditState, EMPTY_AIRPORT, userOf } from '../state/audit-state.ts';
import type { Mark } from '../verdict/bill.ts';
import type { ReadingOutcome } from '../verdict/reading.ts';
import { type Reason, reason } from '../verdict/reason.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { WindowRecord } from '../verdict/window-record.ts';
import type { AuditParts } from './audit.ts';
import type { PastSpan } from './past-span.ts';
import { reaudit } from './reaudit.ts';
import { type StoredReadings, storedReadings } from './stored-readings.ts';
import { readUse } from './user-report.ts';
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
  const { airports: known } = await amended(usage, config, state, amendments);
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
        memory: { looks: [], windows: before },
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
  return reportModel({
    user,
    at: to,
    timezone: rule.zone,
    day: { date: label, start: from, end: to },
    today,
    airports,
    days: userOf(state, user).days,
  });
}

/** What a person corrected since the running auditor last looked counts here too. */
async function amended(
  usage: AuditParts['usage'],
  config: AuditorConfig,
  state: AuditState,
  amendments: Amendments,
): Promise<AuditState> {
  if (amendments.digest === state.amended) return state;
  try {
    return (await reaudit(usage, config, state, amendments)).state;
  } catch (error) {
    if (error instanceof PrometheusError) return state;
    throw error;
  }
}

/**
 * A verdict as closed windows had it: their looks saw more than is kept, and a leak in one of them is no less a leak in
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
