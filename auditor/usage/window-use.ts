import { localDayAt } from '../../core/local-day.ts';
import { HEALTH_CHECKS, LOST_BYTES, TRAFFIC_BYTES, UNCOUNTED_BYTES } from '../../core/metric-contract.ts';
import {
  durationText,
  type Labels,
  labelsKey,
  type Prometheus,
  type Sample,
  type Selector,
  selectorText,
} from '../../runtime/prometheus.ts';
import type { Cycle } from '../airport/cycle.ts';
import { ownershipOf } from '../airport/nodes.ts';
import type { Amendments } from '../amend/amendments.ts';
import type { AuditorConfig } from '../config.ts';
import { TAIL_MINUTES } from '../verdict/use.ts';
import type { CounterSum, ExactSums } from './exact-sums.ts';
import { RETENTION } from './stored-series.ts';

/** One device of a user, and when it last pushed, in epoch milliseconds; null when that is not known. */
export interface Presence {
  readonly user: string;
  readonly device: string;
  readonly lastPush: number | null;
}

const JOB = { job: 'flowcollect' };
const PUSH_TIME = { metric: 'push_time_seconds', labels: JOB };
/** Where Pushgateway itself was not scraped at the instant, its last value up to this long before counts. */
const REACH = 24 * 3_600_000;

/**
 * The devices that Pushgateway holds at an instant, silent ones included: it forgets none by itself. When the gateway
 * puts a device's last push back into an empty Pushgateway, that looks like a push; where the gateway itself tells when
 * the device last came, its word counts.
 */
export async function presenceAt(prometheus: Prometheus, at: number): Promise<Presence[]> {
  const last = (metric: string): string => `last_over_time(${selectorText({ metric })}[${durationText(REACH)}])`;
  const pushed = `last_over_time(${selectorText(PUSH_TIME)}[${durationText(REACH)}])`;
  const told = new Map<string, number>();
  for (const { labels, value } of await prometheus.instant(
    last('flowcollect_gateway_last_push_timestamp_seconds'),
    at,
  )) {
    if (value > 0) told.set(JSON.stringify([labels.user, labels.instance]), value * 1000);
  }
  return (await prometheus.instant(pushed, at)).map(({ labels: { user = '', instance = '' }, value }) => ({
    user,
    device: instance,
    lastPush: told.get(JSON.stringify([user, instance])) ?? (value > 0 ? value * 1000 : null),
  }));
}

/** All nodes, or all devices, that any device ever reported. @throws PrometheusError */
export async function reportedNames(
  prometheus: Prometheus,
  label: 'node' | 'instance',
  now: number,
): Promise<Set<string>> {
  const names = new Set<string>();
  for (const metric of [TRAFFIC_BYTES, UNCOUNTED_BYTES, HEALTH_CHECKS]) {
    for (const { [label]: name } of await prometheus.series(
      selectorText({ metric, labels: JOB }),
      now - RETENTION,
      now,
    )) {
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

/** Bytes of one node, over all devices of a user. One that was only checked moved none. */
export interface NodeBytes {
  readonly node: string;
  readonly provider: string;
  readonly bytes: number;
  /** Of connections that the kernels' totals leave out. */
  readonly uncounted: number;
  /** How often the kernels checked it. What that cost is in none of their counters, and on the airport's bill. */
  readonly checks: number;
}

export interface DevicePresence extends Presence {
  /** Whether none of its counters existed before the window. */
  readonly isNew: boolean;
}

/** What the devices of one user did in a window. */
interface WindowUse {
  readonly proxyNodes: readonly NodeBytes[];
  /** The same for the minutes around either end, which an airport's lagging counter may hold on the other side. */
  readonly edgeNodes: readonly NodeBytes[];
  /** Bytes of the last minutes before the end, as many minutes as {@link TAIL_MINUTES} tells; none of a part of a day. */
  readonly tails: readonly (readonly NodeBytes[])[];
  readonly unattributed: number;
  /** Bytes through proxies, estimated from above, that devices lost sight of: their kernels restarted unobserved. */
  readonly lost: number;
  readonly devices: readonly DevicePresence[];
}

/** Panels count within a minute or two; queues, pushes and scrapes add some. */
const AIRPORT_LAG = 3 * 60_000;

/** A shorter window is compared with no other, so that nobody asks what moved at its end. */
const TAILED = 20 * 3_600_000;

/** Nodes built into the kernel: what leaves through them no airport bills. */
const BUILT_IN = /^(?:DIRECT|REJECT.*|PASS.*|COMPATIBLE|DNS.*|unattributed)$/i;

export interface UsageReader {
  /** @throws PrometheusError */
  window(user: string, from: number, to: number): Promise<WindowUse>;
  /** What one device moved through proxies, by node. @throws PrometheusError */
  ofDevice(user: string, device: string, from: number, to: number): Promise<readonly NodeBytes[]>;
}

export function createUsageReader(prometheus: Prometheus, sums: ExactSums): UsageReader {
  const nodesBetween = async (labels: Labels, from: number, to: number) => {
    const selector = (metric: string): Selector => ({ metric, labels: { ...JOB, ...labels } });
    const traffic = await sums.between(selector(TRAFFIC_BYTES), from, to);
    const uncounted = await sums.between(selector(UNCOUNTED_BYTES), from, to);
    const checks = await sums.between(selector(HEALTH_CHECKS), from, to);
    return { traffic, nodes: proxyNodes(traffic, uncounted, checks) };
  };

  const totalsAt = async (user: string, at: number): Promise<Map<string, Sample>> => {
    const selector = selectorText({ metric: TRAFFIC_BYTES, labels: { ...JOB, user, class: 'proxy' } });
    const samples = await prometheus.instant(`sum by (node, provider) (${selector})`, at);
    return new Map(samples.map((sample) => [labelsKey(sample.labels), sample]));
  };
  /** Counters that fall are rare, and a tail moves little: what it seems to lack is none. */
  const tailsOf = async (user: string, from: number, to: number): Promise<NodeBytes[][]> => {
    const ends = await totalsAt(user, to);
    const tails: NodeBytes[][] = [];
    for (const minutes of TAIL_MINUTES) {
      const starts = await totalsAt(user, Math.max(from, to - minutes * 60_000));
      tails.push(
        [...ends].map(
          ([
            key,
            {
              labels: { node = '', provider = '' },
              value,
            },
          ]) => {
            return {
              node,
              provider,
              bytes: Math.max(0, value - (starts.get(key)?.value ?? 0)),
              uncounted: 0,
              checks: 0,
            };
          },
        ),
      );
    }
    return tails;
  };

  return {
    async window(user, from, to) {
      const { traffic, nodes } = await nodesBetween({ user }, from, to);
      const edges = [await nodesBetween({ user }, from - AIRPORT_LAG, from)];
      edges.push(await nodesBetween({ user }, Math.max(from, to - AIRPORT_LAG), to));
      const presence = (await presenceAt(prometheus, to)).filter((each) => each.user === user);
      const lost = await sums.between({ metric: LOST_BYTES, labels: { ...JOB, user } }, from, to);
      const unattributed = sumBy(traffic, ['class']).find(({ labels }) => labels.class === 'unattributed');
      return {
        proxyNodes: nodes,
        edgeNodes: edges.flatMap((edge) => edge.nodes),
        tails: to - from < TAILED ? [] : await tailsOf(user, from, to),
        unattributed: unattributed?.bytes ?? 0,
        lost: lost.reduce((sum, { bytes }) => sum + bytes, 0),
        devices: devicesOf(user, presence, traffic),
      };
    },
    async ofDevice(user, device, from, to) {
      return (await nodesBetween({ user, instance: device }, from, to)).nodes;
    },
  };
}

function proxyNodes(
  traffic: readonly CounterSum[],
  uncounted: readonly CounterSum[],
  checks: readonly CounterSum[],
): NodeBytes[] {
  const nodes = new Map<string, NodeBytes>();
  const other = new Set<string>();
  const put = ({ node, provider }: Pick<NodeBytes, 'node' | 'provider'>, known: Partial<NodeBytes>): void => {
    const key = JSON.stringify([node, provider]);
    nodes.set(key, { ...(nodes.get(key) ?? { node, provider, bytes: 0, uncounted: 0, checks: 0 }), ...known });
  };
  for (const { labels, bytes } of sumBy(traffic, ['class', 'node', 'provider'])) {
    if (labels.class === 'proxy') put(labels, { bytes });
    else other.add(labels.node);
  }
  for (const { labels, bytes } of sumBy(uncounted, ['node', 'provider'])) {
    if (!BUILT_IN.test(labels.node) && !other.has(labels.node)) put(labels, { uncounted: bytes });
  }
  // Devices count the checks of proxies only.
  for (const { labels, bytes } of sumBy(checks, ['node', 'provider'])) put(labels, { checks: bytes });
  return [...nodes.values()].sort((a, b) => b.bytes - a.bytes);
}

/** Devices that Pushgateway holds, and those that only their counters name. */
function devicesOf(user: string, presence: readonly Presence[], traffic: readonly CounterSum[]): DevicePresence[] {
  const old = new Set<string>();
  const names = new Set(presence.map(({ device }) => device));
  for (const { labels, isNew } of traffic) {
    const device = labels.instance ?? '';
    names.add(device);
    if (!isNew) old.add(device);
  }
  const withCounters = new Set(traffic.map(({ labels }) => labels.instance ?? ''));
  return [...names].sort().map((device) => ({
    user,
    device,
    lastPush: presence.find((each) => each.device === device)?.lastPush ?? null,
    isNew: withCounters.has(device) && !old.has(device),
  }));
}

export type TodaySum = Group<'user' | 'instance' | 'class' | 'node' | 'direction'>;
export type CycleSum = Group<'user' | 'airport' | 'instance' | 'node'>;

/**
 * Exact bytes of every user since the running day began.
 *
 * @param now epoch milliseconds
 * @throws PrometheusError
 */
export async function todaySums(sums: ExactSums, { day }: AuditorConfig, now: number): Promise<TodaySum[]> {
  const traffic = await sums.between({ metric: TRAFFIC_BYTES, labels: JOB }, localDayAt(now, day).start, now);
  return sumBy(traffic, ['user', 'instance', 'class', 'node', 'direction']);
}

/**
 * Exact proxy bytes of each airport since its billing cycle began, as far as its readings showed, by what a person
 * corrected of its nodes.
 *
 * @param remembered what is known of each airport by name
 * @throws PrometheusError
 */
export async function cycleSums(
  sums: ExactSums,
  { user: ownUser, subscriptions }: AuditorConfig,
  remembered: ReadonlyMap<string, { readonly cycle: Pick<Cycle, 'start'> | null }>,
  amendments: Amendments,
  now: number,
): Promise<CycleSum[]> {
  const all: CycleSum[] = [];
  for (const { name: airport, rules } of subscriptions) {
    const user = rules?.user ?? ownUser;
    const owners = subscriptions.filter((each) => (each.rules?.user ?? ownUser) === user);
    const start = remembered.get(airport)?.cycle?.start;
    if (start === undefined) continue;
    const labels = { ...JOB, user, class: 'proxy' };
    const traffic = await sums.between({ metric: TRAFFIC_BYTES, labels }, start, now);
    const own = traffic.filter(({ labels: { node = '', provider = '' } }) => {
      return ownershipOf(airport, node, provider, owners, amendments.ownerOf(node)) === 'sure';
    });
    for (const { labels: group, bytes } of sumBy(own, ['user', 'instance', 'node'])) {
      all.push({ labels: { ...group, airport }, bytes });
    }
  }
  return all;
}

/** Bytes added up by some labels: the values of those labels in the given order, and the sum. */
interface Group<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly bytes: number;
}

/** Adds sums of counters up by labels; a label that a series does not carry is empty. Groups of 0 bytes are left out. */
export function sumBy<L extends string>(sums: readonly CounterSum[], names: readonly L[]): Group<L>[] {
  const groups = new Map<string, { labels: Record<L, string>; bytes: number }>();
  for (const { labels, bytes } of sums) {
    const values = names.map((name) => labels[name] ?? '');
    const key = JSON.stringify(values);
    const group = groups.get(key);
    if (group !== undefined) {
      group.bytes += bytes;
    } else {
      const entries = names.map((name, index) => [name, values[index] ?? ''] as const);
      groups.set(key, { labels: Object.fromEntries(entries) as Record<L, string>, bytes });
    }
  }
  return [...groups.values()].filter(({ bytes }) => bytes > 0);
}
