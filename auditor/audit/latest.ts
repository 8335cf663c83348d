import { Gauge, Registry } from 'prom-client';
import { type DayRule, localDayAt } from '../../core/local-day.ts';
import { METRICS } from '../../core/metric-contract.ts';
import { VERSION } from '../../core/version.ts';
import type { Labels } from '../../runtime/prometheus.ts';
import type { LastReload } from '../../runtime/reload.ts';
import type { AuditorConfig } from '../config.ts';
import type { Flushed } from '../notify/mail-sender.ts';
import {
  type AirportModel,
  type AuditedAirport,
  type ReportModel,
  reportModel,
  type TodayInput,
} from '../report/model.ts';
import { type AuditState, userOf } from '../state/audit-state.ts';
import type { CycleSum, Presence, TodaySum } from '../usage/window-use.ts';
import { urgencyOf } from '../verdict/forecast.ts';
import { type Reason, remainingOf } from '../verdict/reading.ts';
import { gravest, unknownOf, VERDICT_KINDS } from '../verdict/verdict.ts';

/** The auditor's figures for Prometheus. What is unknown is absent, never 0. */
export interface AuditorMetrics {
  /** What the airports of the settings last said, as remembered. */
  readings(config: Pick<AuditorConfig, 'user' | 'reportUsers' | 'subscriptions'>, state: AuditState): void;
  /** The last observation of the open windows. */
  audited(airports: readonly Pick<AuditedAirport, 'user' | 'airport' | 'outcome' | 'verdict' | 'forecast'>[]): void;
  /** Undefined when the sums could not be taken. */
  sums(today: readonly TodaySum[] | undefined, cycle: readonly CycleSum[] | undefined): void;
  /** The reports that no mail server has taken. */
  mails(left: Pick<Flushed, 'givenUp' | 'waiting'>): void;
  /** @param dataWritable whether the last write to the disk succeeded */
  render(reload: LastReload, dataWritable: boolean): Promise<string>;
}

/** Nodes of an airport whose learned multiplier is exposed. */
const MULTIPLIERS = 50;

export function createAuditorMetrics(): AuditorMetrics {
  const registry = new Registry();
  const gauges = new Map(
    METRICS.filter(({ owner }) => owner === 'auditor').map(({ name, help, labels }) => [
      name,
      new Gauge({ name, help, labelNames: [...labels], registers: [registry] }),
    ]),
  );
  /** All gauges whose names begin so. */
  const clear = (...begins: string[]): void => {
    for (const [name, gauge] of gauges)
      if (begins.some((each) => name.startsWith(`flowcollect_${each}`))) gauge.reset();
  };
  const set = (name: string, labels: Labels, value: number | null | undefined): void => {
    if (value !== null && value !== undefined) gauges.get(`flowcollect_${name}`)?.set(labels, value);
  };
  set('auditor_build_info', { version: VERSION }, 1);

  return {
    readings({ user, reportUsers = [], subscriptions }, state) {
      clear('airport_', 'report_last_success_');
      for (const { name: airport, rules } of subscriptions) {
        const latest = state.airports.get(airport)?.latest ?? null;
        if (latest === null) continue;
        const labels = { user: rules?.user ?? user, airport };
        set('airport_upload_bytes', labels, latest.upload);
        set('airport_download_bytes', labels, latest.download);
        set('airport_used_bytes', labels, latest.used);
        set('airport_quota_bytes', labels, latest.quota);
        set('airport_remaining_bytes', labels, remainingOf(latest));
        set('airport_expiry_timestamp_seconds', labels, latest.expiry);
        set('airport_reset_timestamp_seconds', labels, latest.reset);
        set('airport_last_success_timestamp_seconds', labels, latest.at / 1000);
      }
      for (const each of [user, ...reportUsers.map((person) => person.user)]) {
        const { mailedAt } = userOf(state, each);
        set('report_last_success_timestamp_seconds', { user: each }, mailedAt === null ? null : mailedAt / 1000);
      }
    },
    audited(airports) {
      clear('audit_', 'forecast_');
      for (const { user, airport, outcome, verdict, forecast } of airports) {
        const labels = { user, airport };
        const { window, bill, expected, difference, kind } = verdict;
        set('audit_airport_bytes', labels, bill?.low);
        set('audit_device_bytes', labels, expected?.used);
        set('audit_billed_bytes', labels, expected?.likely);
        set('audit_difference_bytes', labels, difference);
        set('audit_window_start_timestamp_seconds', labels, window === undefined ? null : window.from / 1000);
        set('audit_window_end_timestamp_seconds', labels, window === undefined ? null : window.to / 1000);
        const { surplus, learned } = verdict;
        set('audit_surplus_bytes', { ...labels, answered: surplus?.answered ?? 'no' }, surplus?.daily.likely);
        // The first of two nodes with one name has more bytes, so it is set last.
        for (const { node, low, high } of (learned?.multipliers ?? []).slice(0, MULTIPLIERS).reverse()) {
          set('audit_multiplier', { ...labels, node, bound: 'low' }, low);
          set('audit_multiplier', { ...labels, node, bound: 'high' }, high);
        }
        for (const each of VERDICT_KINDS) set('audit_verdict', { ...labels, verdict: each }, each === kind ? 1 : 0);
        const unknown = unknownOf(verdict, outcome.known);
        if (unknown !== undefined) set('audit_unknown', { ...labels, why: unknown }, 1);
        set('forecast_days_left', labels, forecast.known ? forecast.days : null);
        if (forecast.known) set('forecast_urgency', { ...labels, urgency: urgencyOf(forecast) }, 1);
      }
    },
    sums(today, cycle) {
      clear('today_bytes', 'cycle_bytes');
      for (const { labels, bytes } of today ?? []) set('today_bytes', labels, bytes);
      for (const { labels, bytes } of cycle ?? []) set('cycle_bytes', labels, bytes);
    },
    mails({ givenUp, waiting }) {
      clear('report_given_up_', 'report_waiting_');
      for (const [user, count] of givenUp) set('report_given_up_mails', { user }, count);
      for (const [user, at] of waiting) set('report_waiting_since_timestamp_seconds', { user }, at / 1000);
    },
    render(reload, dataWritable) {
      set('auditor_data_writable', {}, dataWritable ? 1 : 0);
      set('auditor_config_last_reload_successful', {}, reload.successful ? 1 : 0);
      set('auditor_config_last_reload_success_timestamp_seconds', {}, reload.succeededAt / 1000);
      return registry.metrics();
    },
  };
}

/** An airport of a user, as last observed. */
export interface OwnedAirport {
  readonly user: string;
  readonly model: AirportModel;
}

/** What the auditor knew last, in memory, so that an answer needs no request. */
export interface LiveView {
  /** @param at when the sums were taken, epoch milliseconds */
  sums(at: number, today: LiveSums): void;
  audited(airports: readonly OwnedAirport[]): void;
  /** One user's report as of the last sums and the last observation; it holds nothing of other users. */
  of(user: string, day: DayRule): ReportModel;
  airports(): readonly OwnedAirport[];
}

/** Today's sums of all users with their devices, or why they could not be taken. */
type LiveSums =
  | { readonly known: true; readonly sums: readonly TodaySum[]; readonly presence: readonly Presence[] }
  | { readonly known: false; readonly reasons: readonly Reason[] };

export function createLiveView(): LiveView {
  let at = 0;
  let today: LiveSums = { known: false, reasons: [] };
  let owned: readonly OwnedAirport[] = [];
  return {
    sums(takenAt, sums) {
      [at, today] = [takenAt, sums];
    },
    audited(airports) {
      owned = airports;
    },
    of(user, rule) {
      const airports = owned.filter((each) => each.user === user).map((each) => each.model);
      const model = reportModel({
        user,
        at,
        timezone: rule.zone,
        day: localDayAt(at, rule),
        today: ownToday(today, user),
        airports: [],
        days: [],
      });
      const verdict = airports.length === 0 ? null : gravest(airports.map((each) => each.verdict.kind));
      return { ...model, airports, verdict };
    },
    airports: () => owned,
  };
}

function ownToday(today: LiveSums, user: string): TodayInput {
  if (!today.known) return today;
  return {
    known: true,
    traffic: today.sums.filter(({ labels }) => labels.user === user).map((each) => ({ ...each, isNew: false })),
    presence: today.presence.filter((each) => each.user === user),
    hosts: [],
  };
}
