import { formatLocalTime } from '../../core/local-day.ts';
import { type Amendments, NO_AMENDMENTS } from '../amend/amendments.ts';
import { reaudit } from '../amend/reaudit.ts';
import type { AuditParts } from '../audit.ts';
import { type AirportAudit, type AirportWindow, auditWindow } from '../audit-window.ts';
import type { AuditorConfig } from '../config.ts';
import { readerOf } from '../people.ts';
import { type ReportModel, reportModel, type TodayInput } from '../report/model.ts';
import { type AuditState, EMPTY_AIRPORT, userOf } from '../state/audit-state.ts';
import { PrometheusError } from '../usage/prometheus.ts';
import { readUse } from '../user-report.ts';
import type { Look } from '../verdict/lateness.ts';
import { pastKnowledge } from '../verdict/past-knowledge.ts';
import type { UsableReading } from '../verdict/reading.ts';
import { type Reason, reason } from '../verdict/reason.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { WindowRecord } from '../verdict/window-record.ts';
import type { PastSpan } from './past-span.ts';
import { type CounterMark, storedReadings } from './stored-readings.ts';

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
  const airports: AirportAudit[] = [];
  for (const { name, rules } of subscriptions) {
    const owner = rules?.user ?? user;
    if (readerOf(config, owner) !== user) continue;
    const remembered = known[name] ?? EMPTY_AIRPORT;
    const stored = storedReadings(remembered, from, to, (at) => formatLocalTime(at, rule.zone));
    const asked: AirportWindow = {
      user: owner,
      airport: name,
      airports: subscriptions.filter((each) => (each.rules?.user ?? user) === owner),
      anchor: undefined,
      outcome: { known: false, at: to, reasons: stored.known ? [] : stored.reasons },
      thresholds,
      memory: remembered,
      amendments,
    };
    const [first, ...later] = stored.known ? stored.marks : [];
    const last = later.pop();
    if (!stored.known || first === undefined || last === undefined) {
      airports.push(await auditWindow(usage, asked));
      continue;
    }
    const audited = await auditWindow(usage, {
      ...asked,
      anchor: readingOf(first),
      outcome: { known: true, reading: readingOf(last) },
      known: pastKnowledge(remembered.windows, first.at, later.map(lookOf)),
    });
    // What was left then is not kept, and what is left now says nothing of then.
    const outcome = { known: false, at: last.at, reasons: [reason('window_past')] } as const;
    airports.push({ ...audited, outcome, verdict: settled(audited.verdict, stored.windows) });
  }
  return reportModel({
    user,
    at: to,
    timezone: rule.zone,
    day: { date: label, start: from, end: to },
    today,
    airports: airports.map((audit) => ({
      ...audit,
      forecast: { known: false, reason: reason('window_past') },
      plan: [],
    })),
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
  if (verdict.kind === 'unknown') return { ...verdict, reasons: verdict.reasons.map(noSamples) };
  const [only, ...others] = windows;
  if (only !== undefined && others.length === 0) return { ...verdict, kind: only.kind };
  return windows.some(({ kind }) => kind === 'leak') ? { ...verdict, kind: 'leak' } : verdict;
}

function readingOf({ at, used, precision }: CounterMark): UsableReading {
  const nothing = { upload: null, download: null, quota: null, unlimited: false, expiry: null, reset: null };
  return { ...nothing, at, used, precision, reasons: [] };
}

function lookOf(mark: CounterMark): Look {
  return { ...mark, above: { likely: 0, high: 0, low: 0 }, whole: true, leak: false };
}
