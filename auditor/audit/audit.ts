import { formatLocalTime, type LocalDay, localDayAt } from '../../core/local-day.ts';
import { dimensionMetric, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { type Prometheus, PrometheusError } from '../../runtime/prometheus.ts';
import { advance, advanceCycle, completed, needsReset, resetAwaited } from '../airport/cycle.ts';
import { type AirportClient, type CurrentReading, currentReading, FRESH_FOR } from '../airport/fetch.ts';
import { isUnsteady, planChanges } from '../airport/meter.ts';
import type { Meter, MeterEvent } from '../airport/meter-state.ts';
import { NO_RULES, type Subscription } from '../airport/settings.ts';
import { type Amendments, NO_AMENDMENTS } from '../amend/amendments.ts';
import type { AuditorConfig, ReportUser } from '../config.ts';
import { type AuditedAirport, type ReportModel, reportModel, type TodayInput } from '../report/model.ts';
import {
  type AirportState,
  type AuditState,
  EMPTY_AIRPORT,
  userOf,
  withAirport,
  withUser,
} from '../state/audit-state.ts';
import type { ExactSums } from '../usage/exact-sums.ts';
import { presenceAt, type UsageReader } from '../usage/window-use.ts';
import { forecast, type Stretch } from '../verdict/forecast.ts';
import { afterClose, afterObservation, type Memory } from '../verdict/observations.ts';
import { reason } from '../verdict/reading.ts';
import { undecided } from '../verdict/verdict.ts';
import { type AirportAudit, type AirportWindow, auditWindows } from './window.ts';

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
  readonly observed: AuditState;
  /** The state with closed windows, to keep once the report is on its way. */
  reported(): AuditState;
}

interface AuditOptions {
  /** The day of account to report; the running one by default. */
  readonly day?: LocalDay;
  /** Whether it makes a report, by which steady surpluses are told; yes by default. */
  readonly report?: boolean;
  /** Waits until scrapes of this instant are stored, so that the next window begins with the values that end this one. */
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
  { day: given, report = true, settle, fresh = FRESH_FOR, amendments = NO_AMENDMENTS }: AuditOptions = {},
): Promise<Audit> {
  const { user, subscriptions, thresholds } = config;
  const read: Read[] = [];
  for (const subscription of subscriptions) {
    const remembered = state.airports.get(subscription.name) ?? EMPTY_AIRPORT;
    const outcome = await currentReading(parts.airports, subscription, remembered, parts.clock(), fresh);
    read.push({ subscription, remembered, ...metered(outcome, remembered, subscription, config.day.zone) });
  }
  await settle?.();

  let observed = state;
  const closing: ((state: AuditState) => AuditState)[] = [];
  const airports: AuditedAirport[] = [];
  const ownerOf = ({ rules }: Subscription): string => rules?.user ?? user;
  for (const owner of new Set(subscriptions.map(ownerOf))) {
    const group = read.filter(({ subscription }) => ownerOf(subscription) === owner);
    const windows = group.map(({ subscription: { name }, remembered, outcome, next }): AirportWindow => {
      return {
        user: owner,
        airport: name,
        airports: group.map(({ subscription }) => subscription),
        anchor: remembered.anchor?.mark,
        mark: next?.meter.mark,
        outcome,
        report,
        unsteady: next !== undefined && isUnsteady(next.meter, next.meter.mark.at),
        memory: remembered,
        amendments,
      };
    });
    const audited = await auditWindows(parts.usage, windows, thresholds);
    for (const [index, result] of audited.entries()) {
      const each = group[index];
      if (each === undefined) continue;
      const { airport, kept, closed } = remember(each, result, parts.clock(), config.day.zone);
      const { name } = each.subscription;
      airports.push(airport);
      observed = withAirport(observed, name, kept);
      closing.push((before) => withAirport(before, name, closed()));
    }
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
      for (const person of config.reportUsers ?? []) others.push(await reportOf(person.user));
      return others;
    },
    observed,
    reported: () => ({ ...closing.reduce((before, close) => close(before), state), reportedDay: day.start }),
  };
}

/** One airport as it was read: a reading that is set aside is none, but it is remembered. */
interface Read {
  readonly subscription: Subscription;
  readonly remembered: AirportState;
  readonly outcome: CurrentReading;
  /** The counter after the reading, and what it showed besides growth; absent where nothing new was read. */
  readonly next?: { readonly meter: Meter; readonly events: readonly MeterEvent[] };
  /** The counter where the reading was set aside. */
  readonly waiting?: Meter;
}

function metered(
  outcome: CurrentReading,
  { meter, cycle, anchor }: AirportState,
  { rules = NO_RULES }: Subscription,
  zone: string,
): Pick<Read, 'outcome' | 'next' | 'waiting'> {
  if (!outcome.known) return { outcome };
  const known = cycle ?? undefined;
  const reading = completed(outcome.reading, known, rules, zone);
  const repeated = meter !== null && reading.at === meter.last.at;
  if (repeated) return { outcome: { ...outcome, reading: meter.last }, next: { meter, events: [] } };
  // A clock that was set back: the counter starts again with the window.
  const before = anchor !== null && reading.at < anchor.mark.at ? null : meter;
  const resetDue = before !== null && resetAwaited(before.last, reading.at, known, rules, zone);
  const step = advance(before ?? undefined, reading, resetDue);
  if (step.accepted) return { outcome: { ...outcome, reading: step.meter.last }, next: step };
  const { spentLink } = outcome;
  const aside = { known: false, at: reading.at, reasons: [step.reason], reading: step.meter.last } as const;
  return { outcome: { ...aside, ...(spentLink === undefined ? {} : { spentLink }) }, waiting: step.meter };
}

/** What one airport's observation is for the report, and what is remembered of it: where its window goes on, and where it closes. */
function remember(
  { subscription: { rules = NO_RULES }, remembered, outcome, next, waiting }: Read,
  result: AirportAudit,
  now: number,
  zone: string,
): { airport: AuditedAirport; kept: Partial<AirportState>; closed: () => Partial<AirportState> } {
  const { spentLink = null } = outcome;
  const { anchor } = remembered;
  if (!outcome.known || next === undefined) {
    const unread = { spentLink, ...(waiting === undefined ? {} : { meter: waiting }) };
    const isSetAside = waiting !== undefined;
    const unknown = { known: false, reason: reason(isSetAside ? 'use_in_doubt' : 'use_unknown') } as const;
    return {
      airport: { ...result, forecast: unknown, plan: [], resetHint: false },
      kept: unread,
      closed: () => unread,
    };
  }
  const { reading } = outcome;
  const { meter, events } = next;
  // A kernel tells what it read some time ago: until it reads again, there is nothing new to compare.
  if (anchor !== null && reading.at <= anchor.reading.at && now >= anchor.reading.at) {
    const left = forecast(reading, remembered.cycle?.trail ?? [], billedBefore(remembered));
    const verdict = undecided([reason('reading_unchanged', formatLocalTime(reading.at, zone))], false);
    const airport = { ...result, verdict, forecast: left, plan: [], resetHint: false };
    return { airport, kept: { spentLink }, closed: () => ({ spentLink }) };
  }
  const cycle = advanceCycle(remembered.cycle ?? undefined, reading, events);
  const begins = { reading, mark: meter.mark };
  const airport = {
    ...result,
    forecast: forecast(reading, cycle.trail, billedBefore(remembered)),
    plan: planChanges(anchor?.reading ?? reading, reading),
    resetHint: !remembered.resetHinted && needsReset(reading, cycle, rules, zone),
  };
  const memory = afterObservation(remembered, anchor?.mark.at ?? reading.at, reading.at, result.judged);
  const known = { spentLink, latest: reading, meter, cycle };
  // One report names the key.
  const resetHinted = remembered.resetHinted || airport.resetHint;
  return {
    airport,
    // A window begins with the first reading, report or not.
    kept: { ...known, ...memory, ...(anchor === null ? { anchor: begins } : {}) },
    closed: () =>
      result.verdict.closes
        ? { ...known, ...afterClose(memory, result.judged), anchor: begins, resetHinted }
        : { ...known, ...memory, resetHinted, ...(anchor === null ? { anchor: begins } : {}) },
  };
}

/** What closed windows say was billed, for days before the present cycle. */
function billedBefore({ windows }: Memory): Stretch[] {
  return windows.flatMap(({ from, to, bill }) => (bill.high === null ? [] : [{ from, to, bytes: bill.likely }]));
}

/** The state with what a report counted of its day. */
export function withDay(state: AuditState, { user, day, today }: ReportModel): AuditState {
  if (!today.known) return state;
  const others = userOf(state, user).days.filter(({ date }) => date !== day.date);
  const { proxy, direct, local } = today.classes;
  const days = [...others, { date: day.date, proxy, direct, local }].sort((a, b) => (a.date < b.date ? -1 : 1));
  return withUser(state, user, { days });
}

const HOST_BYTES = dimensionMetric('host');

type Sources = { readonly prometheus: Prometheus; readonly sums: ExactSums };

/** What the reports of one audit are made from. */
interface ReportMaterial {
  readonly airports: readonly AuditedAirport[];
  readonly state: AuditState;
  readonly day: LocalDay;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The report of one user: what their devices used, and the airports that are in it. */
async function userReport(
  sources: Sources,
  config: AuditorConfig,
  { airports, state, day, at }: ReportMaterial,
  user: string,
): Promise<ReportModel> {
  const { day: rule, dailyBudget: budget } = config;
  return reportModel({
    user,
    at,
    timezone: rule.zone,
    day,
    today: await readUse(sources, user, day.start, Math.min(day.end, at)),
    budget,
    airports: airports.filter((each) => reportUserOf(config, each.user) === user),
    days: userOf(state, user).days,
  });
}

/** Whose report an airport of a user is in: their own where they get one, else the owner's, so that none goes unread. */
export function reportUserOf(
  { user: owner, reportUsers = [] }: { readonly user: string; readonly reportUsers?: readonly ReportUser[] },
  user: string,
): string {
  return reportUsers.some((person) => person.user === user) ? user : owner;
}

/** What devices used in a span, for the report; an unreachable Prometheus is an outcome. */
export async function readUse(
  { prometheus, sums }: Sources,
  user: string,
  from: number,
  to: number,
): Promise<TodayInput> {
  const labels = { job: 'flowcollect', user };
  try {
    const traffic = await sums.between({ metric: TRAFFIC_BYTES, labels }, from, to);
    const hosts = await sums.between({ metric: HOST_BYTES, labels }, from, to);
    const presence = (await presenceAt(prometheus, to)).filter((each) => each.user === user);
    return { known: true, traffic, hosts, presence };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { known: false, reasons: [error.reason] };
  }
}
