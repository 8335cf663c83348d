import { DIMENSIONS, type Dimension } from '../../core/metric-contract.ts';
import { DIRECTIONS, type Direction, type TrafficClass } from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import { type MutableBytes, zeroBytes } from './bytes.ts';
import { createFamilyNames, isOwnWord, type KeyState } from './family-names.ts';
import { createSeriesBudget, MOST_FAMILY_COUNTERS } from './series-budget.ts';

/** One series of a family `flowcollect_<dimension>_bytes_total`. */
export interface FamilySeries {
  readonly key: string;
  readonly class: TrafficClass;
  readonly direction: Direction;
  readonly bytes: number;
}

/** Where the bytes of keys go that have no name of their own. */
export const OTHER_KEY = 'other';

/** One key in one class, to be kept at hand by whoever moves bytes under it. */
export interface FamilySlot {
  readonly key: string;
  readonly class: TrafficClass;
  /** How its key stood when it last moved bytes, and the counter it then had; undefined before its first byte. */
  state: KeyState | undefined;
  bytes: MutableBytes | undefined;
}

/** Slots of a class are shared, up to this many: two for the same key and class are as good as one, but take more room. */
const MOST_SHARED_SLOTS = 1024;

/** One dimension's counters, bounded. */
export interface Family {
  slot(key: string, trafficClass: TrafficClass): FamilySlot;
  /** Adds to the counter of a slot's key; to `other`'s when the key has no name. */
  add(slot: FamilySlot, upload: number, download: number, at: number): void;
  series(): FamilySeries[];
  /** Takes another cap from now on; no name is taken back for it. */
  setCap(cap: number): void;
  /** Names given out and when each last moved a byte, to be saved. */
  names(): [name: string, lastUsed: number][];
}

/**
 * A family makes a bounded number of counters, names at most `cap` keys (see {@link createFamilyNames}) and books the
 * rest as `other`. Keys are promoted forward only: bytes booked as `other` stay there.
 */
export function createFamily(
  cap: number,
  saved: readonly FamilySeries[] = [],
  savedNames: readonly [name: string, lastUsed: number][] = [],
): Family {
  const cells = new Map<string, { key: string; class: TrafficClass; bytes: MutableBytes }>();
  const slots: Record<TrafficClass, Map<string, FamilySlot>> = {
    proxy: new Map(),
    direct: new Map(),
    local: new Map(),
    reject: new Map(),
    unattributed: new Map(),
  };
  const budget = createSeriesBudget(MOST_FAMILY_COUNTERS);
  const names = createFamilyNames(cap, savedNames, (name) => {
    for (const [id, cell] of cells) {
      if (cell.key !== name) continue;
      cells.delete(id);
      budget.giveBack(name);
    }
  });

  /** A key's counter in a class; where there is no room for another one, that of `other`. */
  const open = (key: string, trafficClass: TrafficClass): MutableBytes => {
    const id = `${key}\0${trafficClass}`;
    let cell = cells.get(id);
    if (cell === undefined) {
      if (!isOwnWord(key) && !budget.take(key)) return open(OTHER_KEY, trafficClass);
      cell = { key, class: trafficClass, bytes: zeroBytes() };
      cells.set(id, cell);
    }
    return cell.bytes;
  };

  for (const { key, class: trafficClass, direction, bytes } of saved) open(key, trafficClass)[direction] += bytes;
  return {
    slot(key, trafficClass) {
      const shared = slots[trafficClass];
      let slot = shared.get(key);
      if (slot === undefined) {
        if (shared.size >= MOST_SHARED_SLOTS) shared.clear();
        slot = { key, class: trafficClass, state: undefined, bytes: undefined };
        shared.set(key, slot);
      }
      return slot;
    },
    add(slot, upload, download, at) {
      const before = slot.state;
      const state = names.came(slot.key, before, at);
      let { bytes } = slot;
      if (bytes === undefined || state !== before) {
        if (bytes === undefined || before?.named === true || state.named) {
          bytes = open(state.named ? slot.key : OTHER_KEY, slot.class);
        }
        slot.state = state;
        slot.bytes = bytes;
      }
      bytes.upload += upload;
      bytes.download += download;
    },
    series: () =>
      [...cells.values()].flatMap(({ key, class: trafficClass, bytes }) =>
        DIRECTIONS.filter((direction) => bytes[direction] > 0).map((direction) => ({
          key,
          class: trafficClass,
          direction,
          bytes: bytes[direction],
        })),
      ),
    setCap: (next) => names.setCap(next),
    names: () => names.list(),
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
