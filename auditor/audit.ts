import { formatLocalTime, type LocalDay, localDayAt } from '../core/local-day.ts';
import { completed } from './airport/completed.ts';
import { advanceCycle } from './airport/cycle.ts';
import type { AirportClient } from './airport/fetch.ts';
import { planChanges } from './airport/plan-change.ts';
import { type CurrentReading, currentReading, FRESH } from './airport/readings.ts';
import { NO_RULES } from './airport-settings.ts';
import { type Amendments, NO_AMENDMENTS } from './amend/amendments.ts';
import { type AuditedAirport, auditWindow } from './audit-window.ts';
import type { AuditorConfig } from './config.ts';
import type { ReportModel } from './report/model.ts';
import { type AuditState, EMPTY_AIRPORT, userOf, withAirport, withUser } from './state/audit-state.ts';
import type { ExactSums } from './usage/exact-sums.ts';
import type { Prometheus } from './usage/prometheus.ts';
import type { UsageReader } from './usage/window-use.ts';
import { type ReportMaterial, userReport } from './user-report.ts';
import type { Stretch } from './verdict/daily-use.ts';
import { forecast } from './verdict/forecast.ts';
import type { Memory } from './verdict/knowledge.ts';
import { afterClose, afterLook } from './verdict/memory.ts';
import type { UsableReading } from './verdict/reading.ts';
import { reason } from './verdict/reason.ts';
import { undecided } from './verdict/verdict.ts';

/** What an audit works with. */
export interface AuditParts {
  readonly airports: AirportClient;
  readonly prometheus: Prometheus;
  readonly sums: ExactSums;
  readonly usage: UsageReader;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface Audit {
  readonly airports: readonly AuditedAirport[];
  /** The owner's report. */
  readonly model: ReportModel;
  /** Makes those of the other users who get one, from the same audit. */
  reports(): Promise<readonly ReportModel[]>;
  /** The state with what was read, windows where they were: keep it to remember the readings. */
  readonly looked: AuditState;
  /** The state with closed windows, to keep once the report is on its way. */
  readonly reported: AuditState;
}

export interface AuditOptions {
  /** The day of account to report; the running one by default. */
  readonly day?: LocalDay;
  /** Waits until scrapes of this instant are stored, so that the next window begins with the very values that end this one. */
  readonly settle?: () => Promise<void>;
  /** How young a remembered reading must be to be used again, in milliseconds; ten minutes by default. */
  readonly fresh?: number;
  /** What a person corrected; nothing by default. */
  readonly amendments?: Amendments;
}

/**
 * One audit: readings, then usage over the windows between them, then verdicts, then the report's figures. Whatever is
 * down is an unknown with its reason; only programming errors throw.
 */
export async function audit(
  parts: AuditParts,
  config: AuditorConfig,
  state: AuditState,
  { day: given, settle, fresh = FRESH, amendments = NO_AMENDMENTS }: AuditOptions = {},
): Promise<Audit> {
  const { user, subscriptions } = config;
  const outcomes = new Map<string, CurrentReading>();
  for (const subscription of subscriptions) {
    const remembered = state.airports[subscription.name] ?? EMPTY_AIRPORT;
    const outcome = await currentReading(parts.airports, subscription, remembered, parts.clock(), fresh);
    const { rules = NO_RULES } = subscription;
    const complete = (reading: UsableReading): UsableReading =>
      completed(reading, remembered.cycle ?? undefined, rules, config.day.zone);
    outcomes.set(subscription.name, outcome.known ? { ...outcome, reading: complete(outcome.reading) } : outcome);
  }
  await settle?.();

  let [looked, reported] = [state, state];
  const airports: AuditedAirport[] = [];
  for (const { name, rules } of subscriptions) {
    const outcome = outcomes.get(name);
    if (outcome === undefined) continue;
    const owner = rules?.user ?? user;
    const remembered = state.airports[name] ?? EMPTY_AIRPORT;
    const anchor = remembered.anchor ?? undefined;
    const owned = subscriptions.filter((each) => (each.rules?.user ?? user) === owner);
    const { thresholds } = config;
    const asked = {
      user: owner,
      airport: name,
      airports: owned,
      anchor,
      outcome,
      thresholds,
      memory: remembered,
      amendments,
    };
    const { spentLink = null } = outcome;
    looked = withAirport(looked, name, { spentLink });
    reported = withAirport(reported, name, { spentLink });
    const result = await auditWindow(parts.usage, asked);
    if (!outcome.known) {
      airports.push({ ...result, forecast: { known: false, reason: reason('use_unknown') }, plan: [] });
      continue;
    }
    const { reading } = outcome;
    // A kernel tells what it read some time ago: until it reads again, there is nothing new to compare.
    if (anchor !== undefined && reading.at <= anchor.at && parts.clock() >= anchor.at) {
      const left = forecast(reading, remembered.cycle?.trail ?? [], billedBefore(remembered));
      const since = formatLocalTime(reading.at, config.day.zone);
      const verdict = undecided([reason('reading_unchanged', since)], false);
      airports.push({ ...result, verdict, forecast: left, plan: [] });
      continue;
    }
    const cycle = advanceCycle(remembered.cycle ?? undefined, reading);
    const left = forecast(reading, cycle.trail, billedBefore(remembered));
    airports.push({ ...result, forecast: left, plan: planChanges(anchor ?? reading, reading) });
    const seen = afterLook(remembered, anchor ?? reading, reading, result.verdict);
    const read = { latest: reading, cycle, ...seen };
    const closed = { ...read, ...afterClose(seen, result.verdict), anchor: reading };
    // A window begins with the first reading, report or not.
    looked = withAirport(looked, name, anchor === undefined ? { ...read, anchor: reading } : read);
    reported = withAirport(reported, name, result.verdict.closes ? closed : read);
  }

  const at = parts.clock();
  const day = given ?? localDayAt(at, config.day);
  const material: ReportMaterial = { airports, state, day, at };
  const reportOf = (each: string): Promise<ReportModel> => userReport(parts, config, material, each);
  return {
    airports,
    model: await reportOf(user),
    async reports() {
      const others: ReportModel[] = [];
      for (const person of config.people ?? []) others.push(await reportOf(person.user));
      return others;
    },
    looked,
    reported: { ...reported, reportedDay: day.start },
  };
}

/** What closed windows say was billed, for days before the present cycle. */
function billedBefore({ windows }: Memory): Stretch[] {
  return windows.flatMap(({ from, to, billed }) => (billed === null ? [] : [{ from, to, bytes: billed }]));
}

/** The state with what a report counted of its day. */
export function withDay(state: AuditState, { user, day, today }: ReportModel): AuditState {
  if (!today.known) return state;
  const others = userOf(state, user).days.filter(({ date }) => date !== day.date);
  const { proxy, direct, local } = today.classes;
  const days = [...others, { date: day.date, proxy, direct, local }].sort((a, b) => (a.date < b.date ? -1 : 1));
  return withUser(state, user, { days });
}
