import { type DayRule, localDayAt } from '../../core/local-day.ts';
import {
  DIMENSIONS,
  type Dimension,
  dimensionMetric,
  KERNEL_BYTES,
  TRAFFIC_BYTES,
} from '../../core/metric-contract.ts';
import { type Bytes, DIRECTIONS, type Direction } from '../../core/traffic.ts';
import { bill } from '../airport.ts';
import {
  CHOICE,
  DIRECT,
  FASTEST,
  HONG_KONG,
  JAPAN,
  MEDIA,
  type SimulatedNode,
  UNITED_STATES,
} from '../household/node.ts';
import { createRandom } from '../random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const GIB = 2 ** 30;
/** Days that are over, all of them reported. */
const DAYS = 4;
/** The household is away before the simulation begins, so that the airport has billed all of it by then. */
const AWAY = 5 * MINUTE;
/** The device's last push is so old when the simulation begins: one that came within a minute would hold its name. */
const SILENT = 2 * MINUTE;
/** The running day is at least so old, else it is the one before. */
const RUNNING = 2.5 * HOUR;
/** Nobody moves anything near the end of a day. */
const QUIET = 20 * MINUTE;
/** Of a day the household uses so many stretches, each by its own weight. */
const STRETCHES = 48;

/** A counter of the simulated household. */
export interface PastCounter {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its value at an instant, epoch milliseconds. */
  valueAt(at: number): number;
}

/** What the household did in the days before a simulation begins, and what the airport billed for it. */
export interface SimulatedPast {
  /** Ends of days, epoch milliseconds, oldest first: the first is where counters begin, the last where the running day does. */
  readonly dayEnds: readonly number[];
  /** Nothing moves from then on, epoch milliseconds. */
  readonly quietFrom: number;
  /** When the device pushed last, epoch milliseconds. */
  readonly lastPush: number;
  readonly counters: readonly PastCounter[];
  /** Bytes billed from the first end of a day to an instant. */
  billedAt(at: number): Bytes;
}

/** What the household does through one node: in all dimensions, so that each of them tells the same bytes. */
interface HouseholdUse extends Readonly<Record<Dimension, string>> {
  readonly node: SimulatedNode;
  /** Of the proxied bytes; of direct ones as many besides. */
  readonly percent: number;
}

const flow = (
  percent: number,
  node: SimulatedNode,
  group: string,
  [host, rule]: readonly [host: string, rule: string],
  [process, source, inbound_user]: readonly [process: string, source: string, user: string],
): HouseholdUse => ({ percent, node, group, host, rule: `DomainSuffix(${rule})`, process, source, inbound_user });

const CHROME = ['chrome', '192.168.1.11', 'alice'] as const;
const FIREFOX = ['firefox', '192.168.1.21', 'bob'] as const;
const FLOWS: readonly HouseholdUse[] = [
  flow(20, HONG_KONG, CHOICE.name, ['githubusercontent.com', 'githubusercontent.com'], CHROME),
  flow(10, HONG_KONG, FASTEST.name, ['bbc.co.uk', 'bbc.co.uk'], FIREFOX),
  flow(25, JAPAN, FASTEST.name, ['bbc.co.uk', 'bbc.co.uk'], FIREFOX),
  flow(10, JAPAN, JAPAN.name, ['t.me', 't.me'], ['Telegram', '192.168.1.11', 'alice']),
  flow(35, UNITED_STATES, MEDIA.name, ['googlevideo.com', 'googlevideo.com'], CHROME),
  flow(35, DIRECT, DIRECT.name, ['bilivideo.com', 'bilivideo.com'], ['bilibili', '192.168.1.12', 'alice']),
  flow(25, DIRECT, DIRECT.name, ['akamaihd.net', 'akamaihd.net'], ['steam', '192.168.1.13', 'bob']),
];
const PERCENT_OF: Readonly<Record<Direction, number>> = { upload: 3, download: 97 };

interface BusyTime {
  readonly from: number;
  readonly to: number;
  /** Proxied bytes. */
  readonly bytes: number;
}

/** @param until when the simulation begins, epoch milliseconds; with the same rule it gives the same past */
export function createPast(until: number, rule: DayRule): SimulatedPast {
  const dayEnds = [localDayAt(until - RUNNING, rule).start];
  for (let day = 0; day < DAYS; day += 1) dayEnds.unshift(localDayAt((dayEnds[0] ?? 0) - 1, rule).start);
  const quietFrom = until - AWAY;
  const random = createRandom('past');
  const stretches = dayEnds.flatMap((end, index): BusyTime[] => {
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
  /** Whole parts of a flow in a direction, so that counters add up to the byte whichever way they are cut. */
  const partsAt = (at: number): number => Math.floor(movedAt(at) / 10_000);
  const counted = new Map<string, { metric: string; labels: PastCounter['labels']; parts: number }>();
  const count = (metric: string, labels: PastCounter['labels'], parts: number): void => {
    const key = JSON.stringify([metric, labels]);
    counted.set(key, { metric, labels, parts: (counted.get(key)?.parts ?? 0) + parts });
  };
  for (const { node, percent, ...flow } of FLOWS) {
    for (const direction of DIRECTIONS) {
      const parts = percent * PERCENT_OF[direction];
      const exit = { class: node.class, node: node.name, provider: node.provider };
      count(TRAFFIC_BYTES, { ...exit, direction, accounting: 'measured' }, parts);
      for (const each of DIMENSIONS) {
        count(dimensionMetric(each), { [each]: flow[each], class: node.class, direction }, parts);
      }
      count(KERNEL_BYTES, { direction }, parts);
    }
  }
  return {
    dayEnds,
    quietFrom,
    lastPush: until - SILENT,
    counters: [...counted.values()].map(({ parts, ...counter }) => ({
      ...counter,
      valueAt: (at: number) => partsAt(at) * parts,
    })),
    billedAt: (at) =>
      bill({
        before: { upload: 0, download: 0 },
        leaked: 0,
        nodes: FLOWS.map(({ node, percent }) => ({
          node: node.name,
          class: node.class,
          upload: partsAt(at) * percent * PERCENT_OF.upload,
          download: partsAt(at) * percent * PERCENT_OF.download,
        })),
      }),
  };
}

/** What the airport billed for any past: it is the same bytes, whenever they moved. */
export function billOfPast(): Bytes {
  const until = Date.UTC(2026, 0, 1);
  return createPast(until, { zone: 'UTC', dayEnds: '00:00' }).billedAt(until);
}
