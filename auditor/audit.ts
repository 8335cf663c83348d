import { type LocalDay, localDayAt } from '../core/local-day.ts';
import { dimensionMetric, TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { advanceCycle } from './airport/cycle.ts';
import type { AirportClient } from './airport/fetch.ts';
import { currentReading } from './airport/readings.ts';
import { completed } from './airport/reset.ts';
import { NO_RULES } from './airport-settings.ts';
import { type Amendments, NO_AMENDMENTS } from './amend/amendments.ts';
import { type AirportAudit, auditWindow } from './audit-window.ts';
import type { AuditorConfig } from './config.ts';
import { type ReportModel, reportModel, type TodayInput } from './report/model.ts';
import { type AuditState, EMPTY_AIRPORT, withAirport } from './state/audit-state.ts';
import type { ExactSums } from './usage/exact-sums.ts';
import { presenceAt } from './usage/presence.ts';
import { type Prometheus, PrometheusError } from './usage/prometheus.ts';
import type { UsageReader } from './usage/window-use.ts';
import type { Stretch } from './verdict/daily-use.ts';
import { type Forecast, forecast } from './verdict/forecast.ts';
import { afterClose, afterLook, type Memory } from './verdict/memory.ts';
import type { ReadingOutcome, UsableReading } from './verdict/reading.ts';
import { reason } from './verdict/reason.ts';

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
  readonly airports: readonly AirportAudit[];
  readonly model: ReportModel;
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
  { day: given, settle, amendments = NO_AMENDMENTS }: AuditOptions = {},
): Promise<Audit> {
  const { user, subscriptions } = config;
  const outcomes = new Map<string, ReadingOutcome>();
  for (const subscription of subscriptions) {
    const remembered = state.airports[subscription.name] ?? EMPTY_AIRPORT;
    const outcome = await currentReading(parts.airports, subscription, remembered, parts.clock());
    const { rules = NO_RULES } = subscription;
    const complete = (reading: UsableReading): UsableReading =>
      completed(reading, remembered.cycle ?? undefined, rules, config.day.zone);
    outcomes.set(subscription.name, outcome.known ? { ...outcome, reading: complete(outcome.reading) } : outcome);
  }
  await settle?.();

  let [looked, reported] = [state, state];
  const airports: { audit: AirportAudit; forecast: Forecast }[] = [];
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
    const result = await auditWindow(parts.usage, asked);
    if (!outcome.known) {
      airports.push({ audit: result, forecast: { known: false, reason: reason('use_unknown') } });
      continue;
    }
    const { reading } = outcome;
    const cycle = advanceCycle(remembered.cycle ?? undefined, reading);
    airports.push({ audit: result, forecast: forecast(reading, cycle.trail, billedBefore(remembered)) });
    const seen = afterLook(remembered, anchor ?? reading, reading, result.verdict);
    const read = { latest: reading, cycle, ...seen };
    const closed = { ...read, ...afterClose(seen, result.verdict), anchor: reading };
    // A window begins with the first reading, report or not.
    looked = withAirport(looked, name, anchor === undefined ? { ...read, anchor: reading } : read);
    reported = withAirport(reported, name, result.verdict.closes ? closed : read);
  }

  const at = parts.clock();
  const day = given ?? localDayAt(at, config.day);
  const today = await readUse(parts, user, day.start, Math.min(day.end, at));
  const { dailyBudget: budget, day: rule } = config;
  const model = reportModel({ user, at, timezone: rule.zone, day, today, budget, airports, days: state.days });
  return { airports: airports.map((each) => each.audit), model, looked, reported: withDay(reported, day, model) };
}

/** What closed windows say was billed, for days before the present cycle. */
function billedBefore({ windows }: Memory): Stretch[] {
  return windows.flatMap(({ from, to, billed }) => (billed === null ? [] : [{ from, to, bytes: billed }]));
}

/** What devices used in a span, for the report; an unreachable Prometheus is an outcome. */
export async function readUse(
  { prometheus, sums }: Pick<AuditParts, 'prometheus' | 'sums'>,
  user: string,
  from: number,
  to: number,
): Promise<TodayInput> {
  const labels = { job: 'flowcollect', user };
  try {
    const traffic = await sums.between({ metric: TRAFFIC_BYTES, labels }, from, to);
    const hosts = await sums.between({ metric: dimensionMetric('host'), labels }, from, to);
    const presence = (await presenceAt(prometheus, to)).filter((each) => each.user === user);
    return { known: true, traffic, hosts, presence };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { known: false, reasons: [error.reason] };
  }
}

function withDay(state: AuditState, day: LocalDay, { today }: ReportModel): AuditState {
  const others = state.days.filter(({ date }) => date !== day.date);
  if (!today.known) return { ...state, reportedDay: day.start };
  const { proxy, direct, local } = today.classes;
  const days = [...others, { date: day.date, proxy, direct, local }].sort((a, b) => (a.date < b.date ? -1 : 1));
  return { ...state, days, reportedDay: day.start };
}
