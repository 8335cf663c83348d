import { DIMENSIONS, type Dimension } from '../../core/metric-contract.ts';
import {
  ACCOUNTINGS,
  type Accounting,
  type Bytes,
  DIRECTIONS,
  type Direction,
  type MutableBytes,
  type TrafficClass,
} from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import { createFamily, type Family, type FamilySeries, type FamilySlot } from './family.ts';
import {
  createSeriesBudget,
  MOST_NODE_COUNTERS,
  MOST_OTHER_NODE_COUNTERS,
  MOST_UNCOUNTED_COUNTERS,
} from './series-budget.ts';

export const zeroBytes = (): MutableBytes => ({ upload: 0, download: 0 });

export const copyBytes = ({ upload, download }: Bytes): MutableBytes => ({ upload, download });

export const plus = (a: Bytes, b: Bytes): Bytes => ({ upload: a.upload + b.upload, download: a.download + b.download });

export const minus = (a: Bytes, b: Bytes): Bytes => ({
  upload: a.upload - b.upload,
  download: a.download - b.download,
});

/** Whether neither direction is less. */
export const covers = (a: Bytes, b: Bytes): boolean => DIRECTIONS.every((direction) => a[direction] >= b[direction]);

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

/** The node of what has no room for a counter of its own: such names come from subscriptions. */
const OTHER_NODE = 'other';

/**
 * Counters of nodes, of a bounded number; what is beyond is counted by provider, and beyond that together.
 *
 * @param mostOther counters by provider of what is beyond `most`
 * @param make a counter that has counted nothing
 */
export function createNodeCounters<Kind extends string, T>(
  most: number,
  mostOther: number,
  make: (kind: Kind, node: string, provider: string) => T,
) {
  const counters = new Map<string, T>();
  const budget = createSeriesBudget(most);
  const otherBudget = createSeriesBudget(mostOther);
  function open(kind: Kind, node: string, provider: string, hasRoom: () => boolean): T | undefined {
    const key = `${kind}\0${node}\0${provider}`;
    let counter = counters.get(key);
    if (counter === undefined && hasRoom()) {
      counter = make(kind, node, provider);
      counters.set(key, counter);
    }
    return counter;
  }
  return {
    of: (kind: Kind, node: string, provider: string): T =>
      open(kind, node, provider, () => budget.take(node, provider)) ??
      open(kind, OTHER_NODE, provider, () => otherBudget.take(provider)) ??
      (open(kind, OTHER_NODE, '', () => true) as T),
    /** That of a series which was pushed before and must not go: there must be room for it. */
    kept: (kind: Kind, node: string, provider: string) =>
      open(kind, node, provider, () => budget.take(node, provider) || true) as T,
    all: () => [...counters.values()],
  };
}

/** The counters by node; cells stay valid for as long as the book. */
export function createTrafficBook(saved: readonly TrafficSeries[] = []) {
  const cells = createNodeCounters(
    MOST_NODE_COUNTERS,
    MOST_OTHER_NODE_COUNTERS,
    (trafficClass: TrafficClass, node, provider): NodeCell => ({
      class: trafficClass,
      node,
      provider,
      measured: zeroBytes(),
      settled: zeroBytes(),
    }),
  );
  for (const { class: trafficClass, node, provider, direction, accounting, bytes } of saved) {
    cells.kept(trafficClass, node, provider)[accounting][direction] += bytes;
  }
  return {
    cell: cells.of,
    /** Series that have moved at least one byte. */
    series() {
      const series: TrafficSeries[] = [];
      for (const cell of cells.all()) {
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
  };
}

/** The counters of connections that the kernel's totals leave out. */
export function createUncountedBook(saved: readonly UncountedSeries[] = []) {
  const cells = createNodeCounters(MOST_UNCOUNTED_COUNTERS, 0, (_: '', node, provider) => ({
    node,
    provider,
    bytes: zeroBytes(),
  }));
  for (const { node, provider, direction, bytes } of saved) cells.kept('', node, provider).bytes[direction] += bytes;
  return {
    add(node: string, provider: string, upload: number, download: number) {
      const { bytes } = cells.of('', node, provider);
      bytes.upload += upload;
      bytes.download += download;
    },
    series: (): UncountedSeries[] =>
      cells.all().flatMap(({ node, provider, bytes }) =>
        DIRECTIONS.filter((direction) => bytes[direction] > 0).map((direction) => ({
          node,
          provider,
          direction,
          bytes: bytes[direction],
        })),
      ),
  };
}

/** The slots of one attribution, in the order of the dimensions. */
export type FamilySlots = readonly FamilySlot[];

/** All families at once: the same bytes, cut along each dimension. */
export interface FamilyBook {
  slots(attribution: Attribution): FamilySlots;
  /** Adds to every family that is on. */
  add(slots: FamilySlots, upload: number, download: number, at: number): void;
  /** The series of the families that are on; none of the others. */
  shown(): Record<Dimension, FamilySeries[]>;
  /** The series of all families, to be saved: one that is off stays as it was, and goes on from there. */
  series(): Record<Dimension, FamilySeries[]>;
  reconfigure(options: FamilyOptions): void;
  names(): Record<Dimension, [name: string, lastUsed: number][]>;
}

export interface FamilyOptions {
  /** How many keys a family names before the rest is `other`. */
  readonly familyCap: number;
  /** The families that are on; all when it is left out. */
  readonly families?: readonly Dimension[] | undefined;
}

export interface SavedFamilies {
  readonly series: Readonly<Record<Dimension, readonly FamilySeries[]>>;
  readonly names: Readonly<Record<Dimension, readonly [name: string, lastUsed: number][]>>;
}

export function createFamilyBook(options: FamilyOptions, saved?: SavedFamilies): FamilyBook {
  const { familyCap } = options;
  const families = DIMENSIONS.map((dimension) =>
    createFamily(familyCap, saved?.series[dimension], saved?.names[dimension]),
  );
  const whichAreOn = ({ families: on = DIMENSIONS }: FamilyOptions): boolean[] =>
    DIMENSIONS.map((dimension) => on.includes(dimension));
  let isOn = whichAreOn(options);
  const each = <T>(read: (family: Family) => T): Record<Dimension, T> =>
    Object.fromEntries(families.map((family, index) => [DIMENSIONS[index], read(family)])) as Record<Dimension, T>;
  return {
    slots: ({ class: trafficClass, keys }) =>
      families.map((family, index) => family.slot(keys[DIMENSIONS[index] ?? 'group'], trafficClass)),
    add(slots, upload, download, at) {
      for (let index = 0; index < families.length; index += 1) {
        const slot = slots[index];
        if (slot === undefined || isOn[index] !== true) continue;
        const { state, bytes } = slot;
        if (state === undefined || !state.named || state.past || bytes === undefined) {
          families[index]?.add(slot, upload, download, at);
          continue;
        }
        // What nearly all bytes come to, without a call: the key still has the name it had.
        if (at > state.lastUsed) state.lastUsed = at;
        bytes.upload += upload;
        bytes.download += download;
      }
    },
    shown: () => each((family) => (isOn[families.indexOf(family)] === true ? family.series() : [])),
    series: () => each((family) => family.series()),
    reconfigure(next) {
      isOn = whichAreOn(next);
      for (const family of families) family.setCap(next.familyCap);
    },
    names: () => each((family) => family.names()),
  };
}

const DAY_MS = 86_400_000;
/** A pause between two frames counts as no more: a clock that jumps must not pass for time that went by. */
const LONGEST_STEP_MS = 60_000;
/** How long a day must have been in use before it counts: a router without a battery is in 1970 for some seconds. */
const IN_USE_MS = 600_000;

/** As plain JSON. */
export interface SavedDaysOfUse {
  /** Milliseconds that only days of use let pass. */
  readonly now: number;
  /** The day that counted last, since the epoch. */
  readonly day: number;
}

/**
 * A time that goes on by a day with every calendar day (UTC) on which frames came for ten minutes, and stands still
 * else. What was idle for 40 days of it was idle for 40 real ones, wherever the device's clock has been meanwhile.
 */
export interface DaysOfUse {
  /** A frame came; what time it is now. */
  pass(at: number): number;
  save(): SavedDaysOfUse | undefined;
}

/** @param start the time to begin with where nothing was saved, epoch milliseconds; the first frame's when left out */
export function createDaysOfUse(saved: SavedDaysOfUse | undefined, start?: number): DaysOfUse {
  let time = saved === undefined ? undefined : { ...saved };
  let last: number | undefined;
  let inUse = { day: Number.NaN, milliseconds: 0 };
  return {
    pass(at) {
      const day = Math.floor(at / DAY_MS);
      time ??= { now: start ?? at, day };
      const step = last === undefined ? 0 : Math.min(LONGEST_STEP_MS, Math.max(0, at - last));
      last = at;
      if (inUse.day !== day) inUse = { day, milliseconds: 0 };
      if (day === time.day) return time.now;
      inUse.milliseconds += step;
      if (inUse.milliseconds >= IN_USE_MS) time = { now: time.now + DAY_MS, day };
      return time.now;
    },
    save: () => time,
  };
}
