import type { Dimension } from '../../core/metric-contract.ts';
import { DIMENSIONS } from '../../core/metric-contract.ts';
import { DIRECTIONS, type Direction, type TrafficClass } from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import { type MutableBytes, zeroBytes } from './bytes.ts';

/** One series of a family `flowcollect_<dimension>_bytes_total`. */
export interface FamilySeries {
  readonly key: string;
  readonly class: TrafficClass;
  readonly direction: Direction;
  readonly bytes: number;
}

/** Where the bytes of keys go that have no name of their own. */
export const OTHER_KEY = 'other';

/** Names that are given out beside the cap: they are the ledger's own words, not keys of the world. */
const RESERVED = new Set([OTHER_KEY, 'unattributed', 'none', 'ip']);

const IDLE_MS = 40 * 86_400_000;

/** One dimension's counters, bounded. */
export interface Family {
  /** The counter of a key in a class, to add to at once; `other`'s when the key has no name. */
  cell(key: string, trafficClass: TrafficClass, at: number): MutableBytes;
  series(): FamilySeries[];
  /** Names given out and when each last moved a byte, to be saved. */
  names(): [name: string, lastUsed: number][];
}

/**
 * A family names at most `cap` keys and books the rest as `other`. The first half of the names goes to whoever comes
 * first; the second half only to keys that have moved a noticeable part of `other`, so that a scan of thousands of
 * hosts does not use the names up. Keys are promoted forward only: bytes booked as `other` stay there. A name is kept
 * until it was idle for 40 days, so that no counter falls within any window a dashboard shows.
 */
export function createFamily(
  cap: number,
  saved: readonly FamilySeries[] = [],
  savedNames: readonly [name: string, lastUsed: number][] = [],
): Family {
  const cells = new Map<string, { key: string; class: TrafficClass; bytes: MutableBytes }>();
  const lastUsed = new Map<string, number>(savedNames);
  // How often keys without a name came by since the family was opened: a small sketch, halved when it is full.
  const waiting = new Map<string, number>();

  const named = (key: string, at: number): boolean => {
    if (RESERVED.has(key)) return true;
    if (lastUsed.has(key)) {
      lastUsed.set(key, at);
      return true;
    }
    if (lastUsed.size >= cap) forgetIdle(at);
    if (lastUsed.size >= cap) return false;
    if (lastUsed.size >= cap / 2 && !cameOften(key)) return false;
    waiting.delete(key);
    lastUsed.set(key, at);
    return true;
  };

  const cameOften = (key: string): boolean => {
    const count = (waiting.get(key) ?? 0) + 1;
    waiting.set(key, count);
    if (waiting.size > 8 * cap) {
      for (const [each, seen] of waiting) {
        if (seen <= 1) waiting.delete(each);
        else waiting.set(each, seen / 2);
      }
    }
    let sum = 0;
    for (const seen of waiting.values()) sum += seen;
    return count >= 8 && count * cap >= sum;
  };

  const forgetIdle = (at: number): void => {
    for (const [name, used] of lastUsed) {
      if (at - used < IDLE_MS) continue;
      lastUsed.delete(name);
      for (const [id, cell] of cells) if (cell.key === name) cells.delete(id);
    }
  };

  const open = (key: string, trafficClass: TrafficClass): MutableBytes => {
    const id = `${key}\0${trafficClass}`;
    let cell = cells.get(id);
    if (cell === undefined) {
      cell = { key, class: trafficClass, bytes: zeroBytes() };
      cells.set(id, cell);
    }
    return cell.bytes;
  };

  for (const { key, class: trafficClass, direction, bytes } of saved) open(key, trafficClass)[direction] += bytes;
  return {
    cell: (key, trafficClass, at) => open(named(key, at) ? key : OTHER_KEY, trafficClass),
    series: () =>
      [...cells.values()].flatMap(({ key, class: trafficClass, bytes }) =>
        DIRECTIONS.filter((direction) => bytes[direction] > 0).map((direction) => ({
          key,
          class: trafficClass,
          direction,
          bytes: bytes[direction],
        })),
      ),
    names: () => [...lastUsed],
  };
}

/** All families at once: the same bytes, cut along each dimension. */
export interface FamilyBook {
  add(attribution: Attribution, upload: number, download: number, at: number): void;
  series(): Record<Dimension, FamilySeries[]>;
  names(): Record<Dimension, [name: string, lastUsed: number][]>;
}

export interface SavedFamilies {
  readonly series: Readonly<Record<Dimension, readonly FamilySeries[]>>;
  readonly names: Readonly<Record<Dimension, readonly [name: string, lastUsed: number][]>>;
}

export function createFamilyBook(cap: number, saved?: SavedFamilies): FamilyBook {
  const families = DIMENSIONS.map(
    (dimension) => [dimension, createFamily(cap, saved?.series[dimension], saved?.names[dimension])] as const,
  );
  const each = <T>(read: (family: Family) => T): Record<Dimension, T> =>
    Object.fromEntries(families.map(([dimension, family]) => [dimension, read(family)])) as Record<Dimension, T>;
  return {
    add(attribution, upload, download, at) {
      for (const [dimension, family] of families) {
        const bytes = family.cell(attribution.keys[dimension], attribution.class, at);
        bytes.upload += upload;
        bytes.download += download;
      }
    },
    series: () => each((family) => family.series()),
    names: () => each((family) => family.names()),
  };
}
