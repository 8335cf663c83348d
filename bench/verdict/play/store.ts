import type { CounterSum, ExactSums } from '../../../auditor/usage/exact-sums.ts';
import { HEALTH_CHECKS, LOST_BYTES, TRAFFIC_BYTES, UNCOUNTED_BYTES } from '../../../core/metric-contract.ts';
import { type Labels, type Prometheus, type Sample, type Selector, selectorText } from '../../../runtime/prometheus.ts';
import type { Checks, Device, PlayedDays, Use } from './records.ts';
import { firstAfter, type Movement, type RunningTotal, runningTotal } from './running-total.ts';

const UNOBSERVED = 'flowcollect_exporter_unobserved_seconds_total';
const RESTARTS = 'flowcollect_kernel_restarts_total';

/** One counter of one device, as the store has it. */
interface Counter {
  readonly metric: string;
  readonly labels: Labels;
  readonly reports: ReportTimes;
  readonly total: RunningTotal;
  /** What had moved before the device's first push, which no counter holds. */
  readonly before: number;
}

/** What a store would hold of the days that are played. */
interface Store extends ExactSums {
  readonly devices: readonly { readonly device: Device; readonly reports: ReportTimes }[];
  /** What proxies of a user had moved, by node and provider. */
  totalsAt(user: string, at: number): Sample[];
}

/** @throws Error where something is used by a device that is not among the devices */
export function createStore({ use, checks, devices }: Pick<PlayedDays, 'use' | 'checks' | 'devices'>): Store {
  const known = devices.map((device) => ({ device, reports: reportTimesOf(device) }));
  const counters = countersOf(known, movementsOf(use, checks, devices));
  const chosen = new Map<string, readonly Counter[]>();
  const select = (selector: Selector): readonly Counter[] => {
    const key = selectorText(selector);
    const found = chosen.get(key) ?? counters.filter((counter) => fits(counter, selector));
    chosen.set(key, found);
    return found;
  };
  return {
    devices: known,
    totalsAt(user, at) {
      const sums = new Map<string, Sample>();
      for (const counter of select({ metric: TRAFFIC_BYTES, labels: { user, class: 'proxy' } })) {
        const { node = '', provider = '' } = counter.labels;
        const value = valueAt(counter, at);
        if (value === undefined) continue;
        const key = `${node}\n${provider}`;
        sums.set(key, { labels: { node, provider }, value: value + (sums.get(key)?.value ?? 0) });
      }
      return [...sums.values()];
    },
    async between(selector, from, to) {
      if (to <= from) return [];
      return select(selector).flatMap((counter): CounterSum[] => {
        const end = valueAt(counter, to);
        if (end === undefined) return [];
        const start = valueAt(counter, from);
        return [{ labels: counter.labels, bytes: end - (start ?? 0), isNew: start === undefined }];
      });
    },
  };
}

/** Undefined before the device has pushed the counter for the first time. */
function valueAt({ reports, total, before }: Counter, at: number): number | undefined {
  const until = reports.until(at);
  return until === undefined || until < total.begin ? undefined : Math.round(total.at(until) - before);
}

function fits({ metric, labels }: Counter, { metric: wanted, labels: asked = {} }: Selector): boolean {
  return metric === wanted && Object.entries(asked).every(([name, value]) => (labels[name] ?? '') === value);
}

interface Series {
  readonly metric: string;
  readonly labels: Labels;
  readonly movements: Movement[];
}

/** Movements by device, then by series. */
type Movements = Map<string, Map<string, Series>>;

const deviceKey = ({ user, device }: Pick<Device, 'user' | 'device'>): string => `${user}\n${device}`;

function movementsOf(use: Iterable<Use>, checks: Iterable<Checks>, devices: readonly Device[]): Movements {
  const all: Movements = new Map(devices.map((device) => [deviceKey(device), new Map<string, Series>()]));
  const add = (of: Pick<Device, 'user' | 'device'>, metric: string, labels: Labels, movement: Movement): void => {
    const series = all.get(deviceKey(of));
    if (series === undefined) throw new Error(`no device is called ${of.device}`);
    const key = `${metric}\n${Object.values(labels).join('\n')}`;
    const found = series.get(key) ?? {
      metric,
      labels: { job: 'flowcollect', ...identity(of), ...labels },
      movements: [],
    };
    series.set(key, found);
    found.movements.push(movement);
  };
  for (const each of use) {
    const { node, provider, direction } = each;
    const labels = { node, provider, direction };
    if (each.uncounted) add(each, UNCOUNTED_BYTES, labels, each);
    else add(each, TRAFFIC_BYTES, { class: each.class, ...labels, accounting: 'measured' }, each);
  }
  for (const each of checks) {
    const { node, provider, from, to, count } = each;
    add(each, HEALTH_CHECKS, { node, provider }, { from, to, bytes: count });
  }
  for (const device of devices) {
    for (const { to, bytes, unobserved, restart } of device.losses) {
      add(device, LOST_BYTES, {}, { from: to, to, bytes });
      add(device, UNOBSERVED, {}, { from: to, to, bytes: unobserved });
      if (restart) add(device, RESTARTS, {}, { from: to, to, bytes: 1 });
    }
  }
  return all;
}

const identity = ({ user, device }: Pick<Device, 'user' | 'device'>): Labels => ({ user, instance: device });

function countersOf(devices: Store['devices'], movements: Movements): Counter[] {
  return devices.flatMap(({ device, reports }) =>
    [...(movements.get(deviceKey(device))?.values() ?? [])].map(({ metric, labels, movements: moved }): Counter => {
      const total = runningTotal(moved);
      return { metric, labels, reports, total, before: device.firstPush === null ? 0 : total.at(device.firstPush) };
    }),
  );
}

/** What a store knows of when a device reported. */
interface ReportTimes {
  /** Up to when a store that is asked at an instant knows of the device; undefined before its first push. */
  until(at: number): number | undefined;
}

function reportTimesOf({ firstPush, lastPush, silences }: Device): ReportTimes {
  const ordered = silences.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  const begins = ordered.map(({ from }) => from);
  const last = lastPush ?? Number.POSITIVE_INFINITY;
  return {
    until(at) {
      if (firstPush !== null && at < firstPush) return undefined;
      let until = Math.min(at, last);
      // Silences may overlap: the earliest that covers the instant tells.
      for (let index = firstAfter(begins, until) - 1; index >= 0; index -= 1) {
        const silence = ordered[index];
        if (silence === undefined || until >= silence.to || until <= silence.from) break;
        until = silence.from;
      }
      return firstPush !== null && until < firstPush ? undefined : until;
    },
  };
}

/** How often a device pushes. */
const PUSH_EVERY = 10_000;
const LAST_PUSH = /^last_over_time\(push_time_seconds\{job="flowcollect"\}\[\d+ms\]\)$/;
/** What an audit asks of the minutes before the end of a window. */
const TOTALS =
  /^sum by \(node, provider\) \(flowcollect_traffic_bytes_total\{job="flowcollect",user=("(?:[^"\\]|\\.)*"),class="proxy"\}\)$/;
/** The gateway's own word of when a device came; Pushgateway's is enough where it never started empty. */
const GATEWAY_WORD = /^last_over_time\(flowcollect_gateway_last_push_timestamp_seconds\{\}\[\d+ms\]\)$/;

/** Prometheus as far as an audit asks it apart from sums: which devices Pushgateway holds, and when they pushed. */
export function createStoredPrometheus({ devices, totalsAt }: Pick<Store, 'devices' | 'totalsAt'>): Prometheus {
  const unasked = (query: string): never => {
    throw new Error(`the days that are played have no answer to ${query}`);
  };
  return {
    async instant(query, at = 0) {
      if (GATEWAY_WORD.test(query)) return [];
      const totals = TOTALS.exec(query)?.[1];
      if (totals !== undefined) return totalsAt(JSON.parse(totals) as string, at);
      if (!LAST_PUSH.test(query)) return unasked(query);
      return devices.flatMap(({ device, reports }): Sample[] => {
        const until = reports.until(at);
        if (until === undefined) return [];
        const labels = { job: 'flowcollect', user: device.user, instance: device.device };
        return [{ labels, value: (until - (until % PUSH_EVERY)) / 1000 }];
      });
    },
    async matrix(query) {
      return unasked(query);
    },
    async series(selector) {
      return unasked(selector);
    },
  };
}
