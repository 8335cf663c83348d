/** Names that are given out beside the cap: they are the ledger's own words, not keys of the world. */
const OWN_WORDS = ['other', 'unattributed', 'none', 'ip'];

export const isOwnWord = (key: string): boolean => OWN_WORDS.includes(key);

const IDLE_MS = 40 * 86_400_000;

/** The state of a key in its family: the same object for as long as that does not change. */
export interface KeyState {
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
export interface FamilyNames {
  /**
   * A key has moved bytes. Costs nothing but a look at `before` where nothing changed.
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
 * A family names at most `cap` keys. The first half of the names goes to whoever comes first; the second half only to
 * keys that have moved a noticeable part of what has no name, so that a scan of thousands of hosts does not use the
 * names up. A name is kept until it was idle for 40 days, so that no counter falls within any window a dashboard shows.
 *
 * @param onForgotten a name was taken back
 */
export function createFamilyNames(
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
