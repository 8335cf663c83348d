import { z } from 'zod';
import type { LocalDay } from '../../core/local-day.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../../core/traffic.ts';
import type { PlanChange } from '../airport/meter.ts';
import type { CounterSum } from '../usage/exact-sums.ts';
import { type Presence, sumBy } from '../usage/window-use.ts';
import type { LearnedBilling } from '../verdict/finding.ts';
import type { Forecast } from '../verdict/forecast.ts';
import { type ReadingOutcome, type Reason, remainingOf } from '../verdict/reading.ts';
import type { Interval, NodeUse } from '../verdict/use.ts';
import { gravest, type Verdict, type VerdictKind } from '../verdict/verdict.ts';

/** What a day that was reported came to, bytes of both directions by class. */
export const dayTotalsSchema = z.object({
  /** `YYYY-MM-DD`, in the time zone of the account. */
  date: z.string(),
  proxy: z.number(),
  direct: z.number(),
  local: z.number(),
});

type DayTotals = z.infer<typeof dayTotalsSchema>;

/** Everything that a report says, in figures: text, mail and JSON are made from it alone. Sizes in bytes, times in epoch milliseconds. */
export interface ReportModel {
  readonly version: 1;
  readonly user: string;
  readonly at: number;
  readonly timezone: string;
  /** A window that was over when it was audited. */
  readonly past?: true;
  /** Of a demo's simulated past. */
  readonly simulated?: true;
  /** The day of account; `to` is its end, or now while it runs. */
  readonly day: { readonly date: string; readonly from: number; readonly to: number };
  /** What needs attention most, over all airports; null without airports. */
  readonly verdict: VerdictKind | null;
  readonly today: TodayModel;
  /** Proxy bytes a day; null without a budget. */
  readonly budget: number | null;
  readonly airports: readonly AirportModel[];
  /** Totals of earlier days, oldest first. */
  readonly days: readonly DayTotals[];
}

export type TodayModel =
  | {
      readonly known: true;
      readonly classes: Readonly<Record<TrafficClass, number>>;
      /** All classes: what the kernels' totals counted. */
      readonly total: number;
      readonly upload: number;
      readonly download: number;
      /** Bytes that were settled onto connections which closed between two frames. */
      readonly settled: number;
      readonly devices: readonly DeviceModel[];
      readonly nodes: readonly { readonly node: string; readonly class: TrafficClass; readonly bytes: number }[];
      /** Most used destinations of proxy traffic. */
      readonly hosts: readonly { readonly host: string; readonly bytes: number }[];
    }
  | { readonly known: false; readonly reasons: readonly Reason[] };

export interface DeviceModel {
  readonly device: string;
  readonly proxy: number;
  readonly direct: number;
  readonly local: number;
  readonly lastPush: number | null;
}

export interface AirportModel {
  readonly airport: string;
  readonly used: number | null;
  readonly quota: number | null;
  readonly unlimited: boolean;
  readonly remaining: number | null;
  /** Unix seconds. */
  readonly expiry: number | null;
  readonly reset: number | null;
  /** What changed of the plan since the window began. */
  readonly plan: readonly PlanChange[];
  /** Why the airport could not be read. */
  readonly reasons: readonly Reason[];
  readonly verdict: Verdict;
  readonly forecast: Forecast;
  /** Whether to say how to tell when the airport resets: its resets are not known, and it was not said yet. */
  readonly resetHint?: boolean;
  /** Proxy nodes of the window with their multiplier and what they should be billed. */
  readonly nodes: readonly NodeModel[];
}

export interface NodeModel {
  readonly node: string;
  readonly bytes: number;
  /** By name, settings and amendments. */
  readonly multiplier: Interval;
  /** By bills, where those tell more. */
  readonly learned?: Interval;
  readonly billed: Interval;
  /** Whether it is known to belong to this airport. */
  readonly sure: boolean;
}

/** One airport after its audit: what was read, the judgement and its nodes, how long what is left will last, and what changed. */
export interface AuditedAirport {
  readonly user: string;
  readonly airport: string;
  readonly outcome: ReadingOutcome;
  readonly verdict: Verdict;
  readonly nodes: readonly NodeUse[];
  readonly forecast: Forecast;
  /** What changed of the plan since the window began. */
  readonly plan: readonly PlanChange[];
  /** Whether use was seen to reset and nothing tells when it will again. */
  readonly resetHint: boolean;
}

/** What the report is made from. */
interface ReportInput {
  readonly user: string;
  readonly at: number;
  readonly timezone: string;
  readonly day: LocalDay;
  readonly today: TodayInput;
  readonly budget?: number | undefined;
  readonly airports: readonly AuditedAirport[];
  readonly days: readonly DayTotals[];
}

export type TodayInput =
  | {
      readonly known: true;
      readonly traffic: readonly CounterSum[];
      readonly hosts: readonly CounterSum[];
      readonly presence: readonly Presence[];
    }
  | { readonly known: false; readonly reasons: readonly Reason[] };

const HOSTS_SHOWN = 5;

export function reportModel({ user, at, timezone, day, today, budget, airports, days }: ReportInput): ReportModel {
  return {
    version: 1,
    user,
    at,
    timezone,
    day: { date: day.date, from: day.start, to: Math.min(day.end, at) },
    verdict: airports.length === 0 ? null : gravest(airports.map(({ verdict }) => verdict.kind)),
    today: today.known ? todayModel(today) : today,
    budget: budget ?? null,
    airports: airports.map(airportModel),
    days: days.filter(({ date }) => date < day.date),
  };
}

function todayModel({ traffic, hosts, presence }: Extract<TodayInput, { known: true }>): TodayModel {
  const byClass = new Map(sumBy(traffic, ['class']).map(({ labels, bytes }) => [labels.class, bytes]));
  const byDirection = new Map(sumBy(traffic, ['direction']).map(({ labels, bytes }) => [labels.direction, bytes]));
  const byAccounting = new Map(sumBy(traffic, ['accounting']).map(({ labels, bytes }) => [labels.accounting, bytes]));
  const [upload, download] = [byDirection.get('upload') ?? 0, byDirection.get('download') ?? 0];
  return {
    known: true,
    classes: Object.fromEntries(TRAFFIC_CLASSES.map((name) => [name, byClass.get(name) ?? 0])) as Record<
      TrafficClass,
      number
    >,
    total: upload + download,
    upload,
    download,
    settled: byAccounting.get('settled') ?? 0,
    devices: devicesOf(traffic, presence),
    nodes: sumBy(traffic, ['node', 'class'])
      .map(({ labels, bytes }) => ({ node: labels.node, class: labels.class as TrafficClass, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
    hosts: sumBy(
      hosts.filter(({ labels }) => labels.class === 'proxy'),
      ['host'],
    )
      .map(({ labels, bytes }) => ({ host: labels.host, bytes }))
      .filter(({ host }) => host !== 'other' && host !== '')
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, HOSTS_SHOWN),
  };
}

function devicesOf(traffic: readonly CounterSum[], presence: readonly Presence[]): DeviceModel[] {
  const bytes = new Map<string, number>();
  const names = new Set(presence.map(({ device }) => device));
  for (const { labels, bytes: sum } of sumBy(traffic, ['instance', 'class'])) {
    names.add(labels.instance);
    bytes.set(JSON.stringify([labels.instance, labels.class]), sum);
  }
  const of = (device: string, name: TrafficClass): number => bytes.get(JSON.stringify([device, name])) ?? 0;
  return [...names]
    .map((device) => ({
      device,
      proxy: of(device, 'proxy'),
      direct: of(device, 'direct'),
      local: of(device, 'local'),
      lastPush: presence.find((each) => each.device === device)?.lastPush ?? null,
    }))
    .sort((a, b) => b.proxy + b.direct + b.local - (a.proxy + a.direct + a.local));
}

/** What a report says of one airport. */
export function airportModel(audited: AuditedAirport): AirportModel {
  const { airport, outcome, verdict, nodes, forecast, plan, resetHint } = audited;
  const { reading } = outcome;
  return {
    airport,
    used: reading?.used ?? null,
    quota: reading?.quota ?? null,
    unlimited: reading?.unlimited ?? false,
    remaining: reading === undefined ? null : remainingOf(reading),
    expiry: reading?.expiry ?? null,
    reset: reading?.reset ?? null,
    reasons: outcome.known ? [] : outcome.reasons,
    verdict,
    forecast,
    plan,
    resetHint,
    // Nodes that were only checked are none that was used.
    nodes: nodes
      .filter(({ bytes, uncounted }) => bytes + uncounted > 0)
      .map((node) => nodeModel(node, verdict.learned)),
  };
}

function nodeModel(
  { node, provider, bytes, uncounted, multiplier, ownership }: NodeUse,
  known: LearnedBilling | undefined,
): NodeModel {
  const found = known?.multipliers.find((each) => each.node === node && each.provider === provider);
  // Bills that bear out what the name says tell nothing new.
  const tells = found !== undefined && (found.low > multiplier.low || found.high < multiplier.high);
  const learned = tells ? { low: found.low, high: found.high } : undefined;
  const { low, high } = learned ?? multiplier;
  const moved = bytes + uncounted;
  return {
    node,
    bytes: moved,
    multiplier: { low: multiplier.low, high: multiplier.high },
    ...(learned === undefined ? {} : { learned }),
    billed: { low: Math.floor(moved * low), high: Math.ceil(moved * high) },
    sure: ownership === 'sure',
  };
}
