import { DIRECTIONS, TRAFFIC_CLASSES, type TrafficClass } from '../../core/traffic.ts';
import type { Bytes, MutableBytes } from '../ledger/bytes.ts';
import type { LedgerCounters } from '../ledger/ledger.ts';

/** A row of the table: bytes so far and bytes a second. */
export interface Row {
  readonly name: string;
  readonly total: Bytes;
  readonly rate: Bytes;
}

/** What the console shows of the counters. */
export interface Summary {
  readonly classes: readonly (Row & { readonly name: TrafficClass })[];
  readonly all: Row;
  /** Most bytes first. */
  readonly nodes: readonly Row[];
  /** The part of all bytes that was settled, 0 to 1. */
  readonly settled: number;
}

/** Remembers counters to tell rates from; one for each view. */
export interface RateMeter {
  /** @param at epoch milliseconds */
  read(at: number, counters: LedgerCounters): Summary;
}

/** Long enough to be calm, short enough to be now. */
const WINDOW_MS = 5000;

interface Sums {
  readonly at: number;
  readonly classes: ReadonlyMap<string, Bytes>;
  readonly nodes: ReadonlyMap<string, Bytes>;
}

const NOTHING: Bytes = { upload: 0, download: 0 };

export function createRateMeter(): RateMeter {
  let past: Sums[] = [];
  return {
    read(at, counters) {
      const now: Sums = { at, classes: sumBy(counters, 'class'), nodes: sumBy(counters, 'node') };
      // Counters taken from the gateway, or a new DeviceID, may begin lower: rates begin anew then.
      const fell = past.some(({ classes }) => sum([...classes.values()]) > sum([...now.classes.values()]));
      past = fell ? [] : past.filter((sums) => at - sums.at <= WINDOW_MS && sums.at < at);
      const before = past[0];
      past.push(now);
      const row = (name: string, total: Bytes, earlier: Bytes): Row => ({
        name,
        total,
        rate: before === undefined ? NOTHING : perSecond(total, earlier, at - before.at),
      });
      const rows = (key: 'classes' | 'nodes'): Row[] =>
        [...now[key]].map(([name, total]) => row(name, total, before?.[key].get(name) ?? NOTHING));
      const classes = rows('classes');
      const all = row('', add([...now.classes.values()]), add([...(before?.classes.values() ?? [])]));
      const settled = counters.traffic.reduce((s, each) => s + (each.accounting === 'settled' ? each.bytes : 0), 0);
      return {
        classes: TRAFFIC_CLASSES.flatMap((name) => classes.filter((each) => each.name === name)) as Summary['classes'],
        all,
        nodes: rows('nodes').sort((a, b) => sum([b.total]) - sum([a.total])),
        settled: settled / Math.max(1, sum([all.total])),
      };
    },
  };
}

function sumBy({ traffic }: LedgerCounters, key: 'class' | 'node'): Map<string, Bytes> {
  const sums = new Map<string, MutableBytes>();
  for (const series of traffic) {
    const cell = sums.get(series[key]) ?? { upload: 0, download: 0 };
    cell[series.direction] += series.bytes;
    sums.set(series[key], cell);
  }
  return sums;
}

function add(all: readonly Bytes[]): Bytes {
  const total = { upload: 0, download: 0 };
  for (const each of all) for (const direction of DIRECTIONS) total[direction] += each[direction];
  return total;
}

const sum = (all: readonly Bytes[]): number => all.reduce((s, { upload, download }) => s + upload + download, 0);

function perSecond(now: Bytes, before: Bytes, milliseconds: number): Bytes {
  const rate = (a: number, b: number): number => ((a - b) * 1000) / Math.max(1, milliseconds);
  return { upload: rate(now.upload, before.upload), download: rate(now.download, before.download) };
}
