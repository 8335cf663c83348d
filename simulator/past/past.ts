import { type DayRule, localDayAt } from '../../core/local-day.ts';
import type { Bytes, TrafficClass } from '../../core/traffic.ts';
import { bill } from '../airport.ts';
import { DIRECT, HONG_KONG, JAPAN, type SimulatedNode, UNITED_STATES } from '../household/node.ts';
import { createRandom } from '../random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const GIB = 2 ** 30;
/** Days that are over, all of them reported. */
const DAYS = 4;
/** The household is away before the simulation begins: what counters of before say is told apart from what follows. */
const AWAY = 1.1 * HOUR;
/** The running day is at least so old, else it is the one before. */
const RUNNING = 2.5 * HOUR;
/** Nobody moves anything near the end of a day. */
const QUIET = 20 * MINUTE;
/** Of a day the household uses so many stretches, each by its own weight. */
const STRETCHES = 48;

/** A counter of the simulated household. */
export interface PastCounter {
  readonly metric: 'flowcollect_traffic_bytes_total' | 'flowcollect_host_bytes_total';
  readonly labels: Readonly<Record<string, string>>;
  /** Its value at an instant, epoch milliseconds. */
  valueAt(at: number): number;
}

/** What the household did in the days before a simulation begins, and what the airport billed for it. */
export interface Past {
  /** Ends of days, epoch milliseconds, oldest first: the first is where counters begin, the last where the running day does. */
  readonly dayEnds: readonly number[];
  /** Nothing moves from then on, epoch milliseconds. */
  readonly quietFrom: number;
  readonly counters: readonly PastCounter[];
  /** Bytes billed from the first end of a day to an instant. */
  billedAt(at: number): Bytes;
}

/** Through each node a share of the proxied bytes; through DIRECT as many besides as the share says. */
const NODES: readonly (readonly [SimulatedNode, share: number])[] = [
  [HONG_KONG, 0.3],
  [JAPAN, 0.35],
  [UNITED_STATES, 0.35],
  [DIRECT, 0.6],
];
const HOSTS: readonly (readonly [host: string, share: number])[] = [
  ['googlevideo.com', 0.45],
  ['bbc.co.uk', 0.25],
  ['githubusercontent.com', 0.2],
  ['t.me', 0.1],
];
const UPLOAD = 0.03;

interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Proxied bytes. */
  readonly bytes: number;
}

/** @param until when the simulation begins, epoch milliseconds; with the same rule it gives the same past */
export function createPast(until: number, rule: DayRule): Past {
  const dayEnds = [localDayAt(until - RUNNING, rule).start];
  for (let day = 0; day < DAYS; day += 1) dayEnds.unshift(localDayAt((dayEnds[0] ?? 0) - 1, rule).start);
  const quietFrom = until - AWAY;
  const random = createRandom('past');
  const stretches = dayEnds.flatMap((end, index): Stretch[] => {
    const next = dayEnds[index + 1];
    const [from, to] = [end + QUIET, next === undefined ? quietFrom : next - QUIET];
    const bytes = next === undefined ? 14 * GIB : random.between(4, 6) * GIB;
    const weights = Array.from({ length: STRETCHES }, () => random.exponential(1));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const length = (to - from) / STRETCHES;
    return weights.map((weight, at) => ({
      from: from + at * length,
      to: from + (at + 1) * length,
      bytes: (bytes * weight) / all,
    }));
  });
  const movedAt = (at: number): number =>
    stretches.reduce(
      (sum, { from, to, bytes }) => sum + bytes * Math.min(1, Math.max(0, (at - from) / (to - from))),
      0,
    );
  const counter = (metric: PastCounter['metric'], labels: PastCounter['labels'], share: number): PastCounter[] => [
    { metric, labels: { ...labels, direction: 'upload' }, valueAt: (at) => Math.floor(movedAt(at) * share * UPLOAD) },
    {
      metric,
      labels: { ...labels, direction: 'download' },
      valueAt: (at) => Math.floor(movedAt(at) * share * (1 - UPLOAD)),
    },
  ];
  const traffic = NODES.map(([node, share]) => ({
    node,
    counters: counter(
      'flowcollect_traffic_bytes_total',
      { class: node.class, node: node.name, provider: node.provider, accounting: 'measured' },
      share,
    ),
  }));
  return {
    dayEnds,
    quietFrom,
    counters: [
      ...traffic.flatMap(({ counters }) => counters),
      ...HOSTS.flatMap(([host, share]) =>
        counter('flowcollect_host_bytes_total', { class: 'proxy' satisfies TrafficClass, host }, share),
      ),
    ],
    billedAt: (at) =>
      bill({
        before: { upload: 0, download: 0 },
        leaked: 0,
        nodes: traffic.map(({ node, counters: [upload, download] }) => ({
          node: node.name,
          class: node.class,
          upload: upload?.valueAt(at) ?? 0,
          download: download?.valueAt(at) ?? 0,
        })),
      }),
  };
}
