import { type DayRule, localDayAt } from '../core/local-day.ts';
import { DIMENSIONS, dimensionMetric, INTERFACE_BYTES, KERNEL_BYTES, TRAFFIC_BYTES } from '../core/metric-contract.ts';
import {
  DIRECTIONS,
  type Direction,
  MINUTE_BYTES,
  SUMMED_DAYS,
  sumRecord,
  type TrafficClass,
} from '../core/traffic.ts';
import { PUSH_RESULTS } from '../exporter/push/metrics.ts';
import { createRandom } from '../simulator/random.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** Days of account end on a sample (23:55 is a multiple of it), and Prometheus looks back as far. */
export const STEP = 300 * SECOND;
/** Three days without a change of clocks, in Shanghai and in New York. */
export const END = Date.parse('2025-07-10T13:00:00Z');
export const START = END - 72 * HOUR;
/** From here on the router is silent: Pushgateway keeps what it said last. */
const ROUTER_DIED = END - 20 * HOUR;

/** Scraping stood still while a day ended in Shanghai. */
const GAP = { from: Date.parse('2025-07-08T15:45:00Z'), to: Date.parse('2025-07-08T16:15:00Z') };
/** Where a day ends for a panel: an hour earlier in the gap. */
export const endOfDay = (at: number): number => (at >= GAP.from && at < GAP.to ? at - HOUR : at);

interface Device {
  readonly user: string;
  readonly instance: string;
}

/** A counter of the ledger, with what it counted at each sample. */
export interface Counted extends Device {
  readonly class: TrafficClass;
  readonly node: string;
  readonly direction: Direction;
  readonly accounting: string;
  readonly provider: string;
  /** Epoch milliseconds of its first byte. */
  readonly born: number;
  readonly values: readonly number[];
}

const DEVICES: readonly Device[] = [
  { user: 'default', instance: '手机' },
  { user: 'default', instance: 'desk 1' },
  { user: 'default', instance: 'router' },
  { user: 'bob', instance: 'laptop' },
];
const NODES: readonly (readonly [TrafficClass, string])[] = [
  ['proxy', '香港 01 | 2x'],
  ['proxy', 'JP "02" \\ x'],
  ['direct', 'DIRECT'],
  ['local', 'ua3f'],
  ['reject', 'REJECT'],
  ['unattributed', 'unattributed'],
];
const SAMPLES: readonly number[] = Array.from({ length: (END - START) / STEP + 1 }, (_, i) => START + i * STEP);

/** The counters of every device: some born in the middle, all with irregular steps from a fixed chance. */
export function countedTruth(): Counted[] {
  const chance = createRandom('dashboards');
  return DEVICES.flatMap(({ user, instance }) =>
    NODES.flatMap(([kind, node], index) =>
      DIRECTIONS.flatMap((direction) =>
        (kind === 'proxy' ? ['measured', 'settled'] : ['measured']).map((accounting) => {
          // The second node begins to be used on the last day.
          const born = index === 1 ? END - 9 * HOUR : START;
          const dies = instance === 'router' ? ROUTER_DIED : END;
          let value = 0;
          const values = SAMPLES.map((at) => {
            if (at >= born && at <= dies) value += Math.floor(chance.next() ** 4 * 15_000_000);
            return value;
          });
          return { user, instance, class: kind, node, direction, accounting, provider: 'sub', born, values };
        }),
      ),
    ),
  );
}

/** What some counters counted from one instant to another; what was before the first sample is 0. */
export function grown(counters: readonly Counted[], from: number, to: number): number {
  return counters.reduce((sum, { values }) => sum + valueAt(values, to) - valueAt(values, from), 0);
}

function valueAt(values: readonly number[], at: number): number {
  if (at < START) return 0;
  return values[Math.min(values.length - 1, Math.floor((at - START) / STEP))] ?? 0;
}

/** Everything that Prometheus would hold of that world, in the OpenMetrics format that promtool takes. */
export function* openMetrics(counters: readonly Counted[], rule: DayRule): Generator<string> {
  for (const counter of counters) {
    const { user, instance, class: kind, node, direction, accounting, provider, born, values } = counter;
    const labels = { job: 'flowcollect', user, instance, class: kind, node, provider, direction, accounting };
    yield series(TRAFFIC_BYTES, labels, (at, index) =>
      at < born || (at >= GAP.from && at < GAP.to) ? undefined : values[index],
    );
  }
  for (const [key, members] of groupBy(counters, (each) =>
    JSON.stringify([each.user, each.instance, each.class, each.node, each.direction]),
  )) {
    const [user = '', instance = '', kind = '', node = '', direction = ''] = JSON.parse(key) as string[];
    const labels = { job: 'flowcollect', user, instance, class: kind, node, direction };
    yield series(MINUTE_BYTES, labels, (at) => grown(members, at - STEP, at));
    for (const days of SUMMED_DAYS) {
      yield series(sumRecord(days), labels, (at) => grown(members, at - days * 24 * HOUR, at));
    }
    const today = (at: number): number => grown(members, localDayAt(at, rule).start, at);
    yield series('flowcollect_today_bytes', { ...labels, job: 'auditor' }, today);
    if (kind === 'proxy' && direction === 'download') {
      const cycle = { job: 'auditor', user, airport: 'sub', instance, node };
      yield series('flowcollect_cycle_bytes', cycle, (at) => grown(members, 0, at));
    }
  }
  for (const device of DEVICES) yield* ofDevice(counters, device);
  yield* ofServer();
  yield '# EOF\n';
}

function* ofDevice(counters: readonly Counted[], { user, instance }: Device): Generator<string> {
  const own = counters.filter((each) => each.user === user && each.instance === instance);
  const id = { job: 'flowcollect', user, instance };
  const carry = 1234;
  for (const direction of DIRECTIONS) {
    const moved = own.filter((each) => each.direction === direction);
    const total = (at: number): number => grown(moved, 0, at);
    yield series(KERNEL_BYTES, { ...id, direction }, (at) => total(at) + carry);
    yield series('flowcollect_exporter_carry_bytes', { ...id, direction }, () => carry);
    yield series(INTERFACE_BYTES, { ...id, interface: 'utun4', role: 'tun', direction }, total);
    yield series(INTERFACE_BYTES, { ...id, interface: 'en0', role: 'uplink', direction }, total);
    for (const dimension of DIMENSIONS) {
      for (const [kind, members] of groupBy(moved, (each) => each.class)) {
        const key = kind === 'unattributed' ? kind : `${dimension} of ${kind}`;
        const labels = { ...id, [dimension]: key, class: kind, direction };
        yield series(dimensionMetric(dimension), labels, (at) => grown(members, 0, at));
      }
    }
  }
  const alive = (at: number): number => (instance === 'router' ? Math.min(at, ROUTER_DIED) : at) / SECOND;
  yield series('push_time_seconds', id, alive);
  yield series('push_failure_time_seconds', id, () => 0);
  for (const metric of ['kernel_up', 'exporter_logs_up', 'exporter_config_last_reload_successful']) {
    yield series(`flowcollect_${metric}`, id, () => 1);
  }
  yield series('flowcollect_kernel_connections', id, () => 42);
  yield series('flowcollect_kernel_memory_bytes', id, () => 2 ** 25);
  yield restarts(id);
  yield series('flowcollect_exporter_build_info', { ...id, version: '1.0.0' }, () => 1);
  yield series('flowcollect_kernel_info', { ...id, version: 'v1.19.2' }, () => 1);
  yield series('flowcollect_exporter_start_time_seconds', id, () => START / SECOND);
  yield series('flowcollect_exporter_unobserved_seconds_total', id, (at) => (at - START) / 100_000);
  yield series('flowcollect_exporter_frame_seconds_sum', id, (at) => (at - START) / 1_000_000);
  yield series('flowcollect_exporter_frame_seconds_count', id, (at) => (at - START) / SECOND);
  const pushed = (at: number, result: string): number => (result === 'failed' ? 0 : (at - START) / 10_000);
  for (const result of PUSH_RESULTS)
    yield series('flowcollect_exporter_pushes_total', { ...id, result }, (at) => pushed(at, result));
}

/** Airports: one whose quota lasts to the reset, one whose does not, one without a quota, and one that was just added. */
export const AIRPORTS = [
  { user: 'default', airport: 'sub', hasQuota: true, isKnown: true },
  { user: 'bob', airport: 'slow', hasQuota: true, isKnown: true },
  { user: 'bob', airport: 'free', hasQuota: false, isKnown: true },
  { user: 'default', airport: 'new', hasQuota: true, isKnown: false },
] as const;

/** When use fell since the quota was reset, and when a leak was seen. */
export const QUOTA_RESET = END - 40 * 60_000;
export const LEAK_SEEN = END - 20 * 60_000;

/** What each airport billed in the window that is open at an instant. */
export const windowBytes = (at: number): number => 3_000_000_000 + Math.floor((at - START) / 1000);

/** When the kernel of every device restarted. */
export const RESTARTED = END - HOUR / 2;
export const SCRAPE = 15 * SECOND;

/** As often as Prometheus scrapes around the restart: marks are looked for over minutes. */
function restarts(id: Readonly<Record<string, string>>): string {
  const around = Array.from({ length: (2 * HOUR) / SCRAPE }, (_, index) => END - 2 * HOUR + index * SCRAPE);
  const samples = [...SAMPLES.filter((at) => at < END - 2 * HOUR), ...around, END];
  return series('flowcollect_kernel_restarts_total', id, (at) => (at < RESTARTED ? 0 : 1), samples);
}

function* ofServer(): Generator<string> {
  const now = (at: number): number => at / SECOND;
  for (const { user, airport, hasQuota, isKnown } of AIRPORTS) {
    const id = { job: 'auditor', user, airport };
    const figure = (name: string, value: (at: number) => number | undefined): string =>
      series(`flowcollect_${name}`, id, value);
    yield figure('airport_used_bytes', (at) => Math.floor((at - START) / (at < QUOTA_RESET ? 1 : 2)));
    if (hasQuota) {
      yield figure('airport_quota_bytes', () => 2 ** 37);
      yield figure('airport_remaining_bytes', (at) => 2 ** 37 - Math.floor((at - START) / 2));
    }
    yield figure('airport_expiry_timestamp_seconds', () => END / SECOND + 40 * 86_400);
    if (isKnown) yield figure('airport_reset_timestamp_seconds', () => END / SECOND + 9 * 86_400);
    yield figure('airport_last_success_timestamp_seconds', (at) => now(at) - 60);
    yield figure('audit_airport_bytes', windowBytes);
    yield figure('audit_device_bytes', () => 1_500_000_000);
    yield figure('audit_billed_bytes', () => 2_900_000_000);
    yield figure('audit_difference_bytes', () => 100_000_000);
    yield figure('audit_window_start_timestamp_seconds', (at) => now(at) - 86_400);
    yield figure('audit_window_end_timestamp_seconds', (at) => now(at) - 600);
    yield series(
      'flowcollect_audit_surplus_bytes',
      { ...id, answered: airport === 'sub' ? 'no' : 'known' },
      () => 300_000_000,
    );
    for (const [bound, value] of [
      ['low', 1.9],
      ['high', 2.1],
    ] as const) {
      yield series('flowcollect_audit_multiplier', { ...id, node: '香港 01 | 2x', bound }, () => value);
    }
    // One lasts to the reset, the other does not.
    if (hasQuota && isKnown) {
      yield figure('forecast_days_left', () => (airport === 'sub' ? 20 : 4));
      yield series('flowcollect_forecast_urgency', { ...id, urgency: airport === 'sub' ? 'plain' : 'short' }, () => 1);
    }
    if (airport === 'sub') yield series('flowcollect_audit_unknown', { ...id, why: 'first_day' }, () => 1);
    for (const verdict of ['ok', 'leak', 'drift', 'underbilled', 'incomplete', 'unknown']) {
      const holds = (at: number): boolean =>
        verdict === (airport === 'sub' ? 'unknown' : at < LEAK_SEEN ? 'ok' : 'leak');
      yield series('flowcollect_audit_verdict', { ...id, verdict }, (at) => (holds(at) ? 1 : 0));
    }
  }
  for (const user of new Set(AIRPORTS.map((each) => each.user)))
    yield series('flowcollect_report_last_success_timestamp_seconds', { job: 'auditor', user }, (at) => now(at) - 3600);
  const auditor = { job: 'auditor', instance: '127.0.0.1:9102' };
  const gateway = { job: 'gateway', instance: '127.0.0.1:8686' };
  yield series('flowcollect_auditor_config_last_reload_successful', auditor, () => 1);
  yield series('flowcollect_gateway_config_last_reload_successful', gateway, () => 1);
  const pushes = 'flowcollect_gateway_pushes_total';
  yield series(pushes, { ...gateway, result: 'accepted', reason: '' }, (at) => (at - START) / 10_000);
  yield series(pushes, { ...gateway, result: 'refused', reason: 'unauthorized' }, (at) => (at - START) / 100_000);
  for (const job of ['pushgateway', 'auditor', 'gateway', 'prometheus']) {
    yield series('up', { job, instance: '127.0.0.1:1' }, () => 1);
  }
}

function series(
  name: string,
  labels: Readonly<Record<string, string>>,
  value: (at: number, index: number) => number | undefined,
  samples: readonly number[] = SAMPLES,
): string {
  const text = Object.entries(labels)
    .map(([label, each]) => `${label}="${each.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
    .join(',');
  const lines = samples.map((at, index) => {
    const sample = value(at, index);
    return sample === undefined ? '' : `${name}{${text}} ${sample} ${at / SECOND}\n`;
  });
  return lines.join('');
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
