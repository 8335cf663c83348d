import type { Accounting, Direction, TrafficClass } from '../../core/traffic.ts';
import { ACCOUNTINGS, DIRECTIONS } from '../../core/traffic.ts';
import { type Bytes, type MutableBytes, zeroBytes } from './bytes.ts';

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

export function createTrafficBook(saved: readonly TrafficSeries[] = []): TrafficBook {
  const cells = new Map<string, NodeCell>();
  const book: TrafficBook = {
    cell(trafficClass, node, provider) {
      const key = `${trafficClass}\0${node}\0${provider}`;
      let cell = cells.get(key);
      if (cell === undefined) {
        cell = { class: trafficClass, node, provider, measured: zeroBytes(), settled: zeroBytes() };
        cells.set(key, cell);
      }
      return cell;
    },
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
    book.cell(trafficClass, node, provider)[accounting][direction] += bytes;
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
  const add = (node: string, provider: string, upload: number, download: number): void => {
    const key = `${node}\0${provider}`;
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = { node, provider, bytes: zeroBytes() };
      cells.set(key, cell);
    }
    cell.bytes.upload += upload;
    cell.bytes.download += download;
  };
  for (const { node, provider, direction, bytes } of saved) {
    add(node, provider, direction === 'upload' ? bytes : 0, direction === 'download' ? bytes : 0);
  }
  return {
    add,
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
