import { ACCOUNTINGS, type Accounting, DIRECTIONS, type Direction, type TrafficClass } from '../../core/traffic.ts';
import { type Bytes, type MutableBytes, zeroBytes } from './bytes.ts';
import {
  createSeriesBudget,
  MOST_NODE_COUNTERS,
  MOST_OTHER_NODE_COUNTERS,
  MOST_UNCOUNTED_COUNTERS,
} from './series-budget.ts';

/** One series of `flowcollect_traffic_bytes_total`. */
export interface TrafficSeries {
  readonly class: TrafficClass;
  readonly node: string;
  readonly provider: string;
  readonly direction: Direction;
  readonly accounting: Accounting;
  readonly bytes: number;
}

/** One series of `flowcollect_uncounted_bytes_total`. */
export interface UncountedSeries {
  readonly node: string;
  readonly provider: string;
  readonly direction: Direction;
  readonly bytes: number;
}

/** The counters of one node: bytes by accounting and direction, growing in place. */
export interface NodeCell {
  readonly class: TrafficClass;
  readonly node: string;
  readonly provider: string;
  readonly measured: MutableBytes;
  readonly settled: MutableBytes;
}

/** The counters by node; cells stay valid for as long as the book. */
export interface TrafficBook {
  cell(trafficClass: TrafficClass, node: string, provider: string): NodeCell;
  /** Series that have moved at least one byte. */
  series(): TrafficSeries[];
  /** The sum of all series. */
  total(): Bytes;
}

/** The node of bytes for which there is no room for a counter of their own: such names come from subscriptions. */
const OTHER_NODE = 'other';

export function createTrafficBook(saved: readonly TrafficSeries[] = []): TrafficBook {
  const cells = new Map<string, NodeCell>();
  const budget = createSeriesBudget(MOST_NODE_COUNTERS);
  const otherBudget = createSeriesBudget(MOST_OTHER_NODE_COUNTERS);

  function open(trafficClass: TrafficClass, node: string, provider: string, hasRoom: () => boolean) {
    const key = `${trafficClass}\0${node}\0${provider}`;
    let cell = cells.get(key);
    if (cell === undefined && hasRoom()) {
      cell = { class: trafficClass, node, provider, measured: zeroBytes(), settled: zeroBytes() };
      cells.set(key, cell);
    }
    return cell;
  }

  const book: TrafficBook = {
    cell: (trafficClass, node, provider) =>
      open(trafficClass, node, provider, () => budget.take(node, provider)) ??
      open(trafficClass, OTHER_NODE, provider, () => otherBudget.take(provider)) ??
      (open(trafficClass, OTHER_NODE, '', () => true) as NodeCell),
    series() {
      const series: TrafficSeries[] = [];
      for (const cell of cells.values()) {
        for (const accounting of ACCOUNTINGS) {
          for (const direction of DIRECTIONS) {
            const bytes = cell[accounting][direction];
            const { class: trafficClass, node, provider } = cell;
            if (bytes > 0) series.push({ class: trafficClass, node, provider, direction, accounting, bytes });
          }
        }
      }
      return series;
    },
    total() {
      const total = zeroBytes();
      for (const { measured, settled } of cells.values()) {
        total.upload += measured.upload + settled.upload;
        total.download += measured.download + settled.download;
      }
      return total;
    },
  };
  for (const { class: trafficClass, node, provider, direction, accounting, bytes } of saved) {
    // What was pushed before must be there for ever.
    const cell = open(trafficClass, node, provider, () => budget.take(node, provider) || true);
    if (cell !== undefined) cell[accounting][direction] += bytes;
  }
  return book;
}

/** The counters of connections that the kernel's totals leave out. */
export interface UncountedBook {
  add(node: string, provider: string, upload: number, download: number): void;
  series(): UncountedSeries[];
}

export function createUncountedBook(saved: readonly UncountedSeries[] = []): UncountedBook {
  const cells = new Map<string, { node: string; provider: string; bytes: MutableBytes }>();
  const budget = createSeriesBudget(MOST_UNCOUNTED_COUNTERS);
  const add = (node: string, provider: string, upload: number, download: number, isKept = false): void => {
    const key = `${node}\0${provider}`;
    let cell = cells.get(key);
    if (cell === undefined) {
      const isOther = node === OTHER_NODE && provider === '';
      if (!budget.take(node, provider) && !isKept && !isOther) {
        add(OTHER_NODE, '', upload, download);
        return;
      }
      cell = { node, provider, bytes: zeroBytes() };
      cells.set(key, cell);
    }
    cell.bytes.upload += upload;
    cell.bytes.download += download;
  };
  for (const { node, provider, direction, bytes } of saved) {
    add(node, provider, direction === 'upload' ? bytes : 0, direction === 'download' ? bytes : 0, true);
  }
  return {
    add: (node, provider, upload, download) => add(node, provider, upload, download),
    series: () =>
      [...cells.values()].flatMap(({ node, provider, bytes }) =>
        DIRECTIONS.filter((direction) => bytes[direction] > 0).map((direction) => ({
          node,
          provider,
          direction,
          bytes: bytes[direction],
        })),
      ),
  };
}
