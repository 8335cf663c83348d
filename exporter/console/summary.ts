import { DIRECTIONS, TRAFFIC_CLASSES, type TrafficClass } from '../../core/traffic.ts';
import type { Bytes, MutableBytes } from '../ledger/bytes.ts';
import type { LedgerCounters } from '../ledger/ledger.ts';
import type { TodayView } from '../today.ts';

/** A row of the table: bytes a second, today, and so far. */
export interface Row {
  readonly name: string;
  readonly rate: Bytes;
  readonly today: Bytes;
  readonly total: Bytes;
}

/** What the console shows of the counters. */
export interface Summary {
  readonly classes: readonly (Row & { readonly name: TrafficClass })[];
  readonly all: Row;
  /** Most bytes first. */
  readonly nodes: readonly Row[];
  /** Bytes that were settled, both directions. */
  readonly settled: number;
}

/** Remembers counters to tell rates from; one for each device. */
export interface RateMeter {
  /** @param at epoch milliseconds */
  read(at: number, counters: LedgerCounters, today: TodayView): Summary;
}

/** Long enough to be calm, short enough to be now. */
const WINDOW_MS = 5000;

interface Sums {
  readonly at: number;
  readonly class: ReadonlyMap<string, Bytes>;
  readonly node: ReadonlyMap<string, Bytes>;
}

const NOTHING: Bytes = { upload: 0, download: 0 };

export function createRateMeter(): RateMeter {
  let past: Sums[] = [];
  return {
    read(at, counters, today) {
      const now: Sums = { at, class: sumBy(counters, 'class'), node: sumBy(counters, 'node') };
      // Counters taken from the gateway, or a new DeviceID, may begin lower: rates begin anew then.
      const fell = past.some((sums) => both(add([...sums.class.values()])) > both(add([...now.class.values()])));
      past = fell ? [] : past.filter((sums) => at - sums.at <= WINDOW_MS && sums.at < at);
      const before = past[0];
      past.push(now);
      const rows = (key: 'class' | 'node'): Row[] =>
        [...now[key]].map(([name, total]) => ({
          name,
          total,
          today: add(today.cells.filter((cell) => cell[key] === name)),
          rate: before === undefined ? NOTHING : perSecond(total, before[key].get(name) ?? NOTHING, at - before.at),
        }));
      const settled = counters.traffic.reduce((s, each) => s + (each.accounting === 'settled' ? each.bytes : 0), 0);
      return arrange(rows('class'), rows('node'), settled);
    },
  };
}

/** Several devices as one: rows of the same name added up. */
export function mergeSummaries(summaries: readonly Summary[]): Summary {
  const merged = (rows: readonly Row[]): Row[] =>
    [...new Set(rows.map(({ name }) => name))].map((name) =>
      addRows(
        name,
        rows.filter((row) => row.name === name),
      ),
    );
  return arrange(
    merged(summaries.flatMap(({ classes }) => classes)),
    merged(summaries.flatMap(({ nodes }) => nodes)),
    summaries.reduce((sum, { settled }) => sum + settled, 0),
  );
}

/** All bytes of a row, both directions. */
export const both = ({ upload, download }: Bytes): number => upload + download;

function arrange(classes: readonly Row[], nodes: readonly Row[], settled: number): Summary {
  return {
    classes: TRAFFIC_CLASSES.flatMap((name) => classes.filter((row) => row.name === name)) as Summary['classes'],
    all: addRows('', classes),
    nodes: nodes.toSorted((a, b) => both(b.total) - both(a.total)),
    settled,
  };
}

function addRows(name: string, rows: readonly Row[]): Row {
  return {
    name,
    rate: add(rows.map(({ rate }) => rate)),
    today: add(rows.map(({ today }) => today)),
    total: add(rows.map(({ total }) => total)),
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

function perSecond(now: Bytes, before: Bytes, milliseconds: number): Bytes {
  const rate = (a: number, b: number): number => ((a - b) * 1000) / Math.max(1, milliseconds);
  return { upload: rate(now.upload, before.upload), download: rate(now.download, before.download) };
}
