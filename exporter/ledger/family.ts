import { DIRECTIONS, type Direction, type MutableBytes, type TrafficClass } from '../../core/traffic.ts';
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
      cell = { key, class: trafficClass, bytes: { upload: 0, download: 0 } };
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

/** Names that are given out besides the cap: they are the ledger's own words, not keys of the world. */
const OWN_WORDS = ['other', 'unattributed', 'none', 'ip'];

export const isOwnWord = (key: string): boolean => OWN_WORDS.includes(key);

/** In days of use. */
const IDLE_MS = 40 * 86_400_000;

/** The state of a key in its family: the same object for as long as that does not change. */
interface KeyState {
  readonly key: string;
  readonly named: boolean;
  /** The key has another state now: its name was taken back, it has earned one, or it was forgotten before it did. */
  past: boolean;
  /** When a named key last moved a byte, in days of use. */
  lastUsed: number;
  /** About how often a key without a name came by; 0 when that is not known. */
  count: number;
}

/** Which keys of a family have a name of their own. */
interface FamilyNames {
  /**
   * A key has moved bytes. Costs no more than reading `before` where nothing changed.
   *
   * @param before its state when it last came by, if it is at hand
   * @param at in days of use, which never go back (see {@link createDaysOfUse})
   * @returns its state now
   */
  came(key: string, before: KeyState | undefined, at: number): KeyState;
  /** Takes another cap from now on; names beyond it stay until they were idle for long enough. */
  setCap(cap: number): void;
  /** Names given out and when each last moved a byte, to be saved. */
  list(): [name: string, lastUsed: number][];
}

/**
 * A family names at most `cap` keys. The first half of the names goes to the keys that come first; the second half only to
 * keys that have moved a noticeable part of what has no name, so that a scan of thousands of hosts does not use the
 * names up. A name is kept until it was idle for 40 days, so that no counter falls within any window a dashboard shows.
 *
 * @param onForgotten a name was taken back
 */
function createFamilyNames(
  initialCap: number,
  saved: readonly [name: string, lastUsed: number][],
  onForgotten: (name: string) => void,
): FamilyNames {
  let cap = initialCap;
  const named = (key: string, lastUsed: number): KeyState => ({ key, named: true, past: false, lastUsed, count: 0 });
  const newUnnamed = (key: string): KeyState => ({ key, named: false, past: false, lastUsed: 0, count: 0 });
  const ownWords = new Map(OWN_WORDS.map((word) => [word, named(word, 0)]));
  const names = new Map(saved.filter(([key]) => !ownWords.has(key)).map(([key, used]) => [key, named(key, used)]));
  // Keys without a name, and among them those of a small sketch of who came by how often; it is halved when full.
  const unnamed = new Map<string, KeyState>();
  let sketch: KeyState[] = [];
  let sketchSum = 0;
  // The state of all keys that have no name while none is left; another object once names were given out or taken back.
  let nameless = newUnnamed('');
  // No name can have been idle for long enough before this time.
  let noneIdleBefore = 0;

  const unnamedOf = (key: string): KeyState => {
    let state = unnamed.get(key);
    if (state === undefined) {
      if (unnamed.size >= 64 * cap) forgetAbsent();
      state = newUnnamed(key);
      unnamed.set(key, state);
    }
    return state;
  };

  const forgetAbsent = (): void => {
    for (const state of unnamed.values()) {
      if (state.count > 0) continue;
      unnamed.delete(state.key);
      state.past = true;
    }
  };

  /** Notes that a key without a name came by, and tells whether it has earned one. */
  const cameOften = (state: KeyState): boolean => {
    if (state.count === 0) sketch.push(state);
    state.count += 1;
    sketchSum += 1;
    const { count } = state;
    if (sketch.length > 8 * cap) halveSketch();
    return count >= 8 && count * cap >= sketchSum;
  };

  const halveSketch = (): void => {
    sketchSum = 0;
    for (const state of sketch) {
      state.count = state.count <= 1 ? 0 : state.count / 2;
      sketchSum += state.count;
    }
    sketch = sketch.filter(({ count }) => count > 0);
  };

  const namesChanged = (): void => {
    nameless.past = true;
    nameless = newUnnamed('');
  };

  const give = (key: string, at: number): KeyState => {
    const before = unnamed.get(key);
    if (before !== undefined) {
      unnamed.delete(key);
      before.past = true;
      sketch = sketch.filter((state) => state !== before);
      sketchSum -= before.count;
    }
    const name = named(key, at);
    names.set(key, name);
    namesChanged();
    noneIdleBefore = Math.min(noneIdleBefore, at + IDLE_MS);
    return name;
  };

  const forgetIdle = (at: number): void => {
    if (at < noneIdleBefore) return;
    let oldest = at;
    for (const state of names.values()) {
      if (at - state.lastUsed < IDLE_MS) {
        oldest = Math.min(oldest, state.lastUsed);
        continue;
      }
      names.delete(state.key);
      state.past = true;
      namesChanged();
      onForgotten(state.key);
    }
    noneIdleBefore = oldest + IDLE_MS;
  };

  return {
    came(key, before, at) {
      const current = before?.past === false ? before : (names.get(key) ?? ownWords.get(key));
      let name = current?.named === true ? current : undefined;
      if (name === undefined) {
        if (names.size >= cap) forgetIdle(at);
        if (names.size >= cap) return nameless;
        if (names.size >= cap / 2) {
          const state = current?.past === false ? current : unnamedOf(key);
          if (!cameOften(state)) return state;
        }
        name = give(key, at);
      }
      if (at > name.lastUsed) name.lastUsed = at;
      return name;
    },
    setCap(next) {
      if (next === cap) return;
      cap = next;
      namesChanged();
    },
    list: () => [...names.values()].map(({ key, lastUsed }) => [key, lastUsed]),
  };
}
