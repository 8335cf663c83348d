/** Names that are given out beside the cap: they are the ledger's own words, not keys of the world. */
const OWN_WORDS = ['other', 'unattributed', 'none', 'ip'];

const IDLE_MS = 40 * 86_400_000;

/** How a key stands with its family: the same object for as long as it stands so. */
export interface KeyStanding {
  readonly key: string;
  readonly named: boolean;
  /** It stands so no more: its name was taken back, or it has earned one, or was forgotten before it did. */
  past: boolean;
  /** When a named key last moved a byte, epoch milliseconds. */
  lastUsed: number;
  /** How often a waiting key came by. */
  count: number;
}

/** Which keys of a family have a name of their own. */
export interface FamilyNames {
  /**
   * A key has moved bytes. Costs nothing but a look at `before` where nothing changed.
   *
   * @param before its standing when it last came by, if it is at hand
   * @returns its standing now
   */
  came(key: string, before: KeyStanding | undefined, at: number): KeyStanding;
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
  cap: number,
  saved: readonly [name: string, lastUsed: number][],
  onForgotten: (name: string) => void,
): FamilyNames {
  const named = (key: string, lastUsed: number): KeyStanding => ({ key, named: true, past: false, lastUsed, count: 0 });
  const unnamed = (key: string): KeyStanding => ({ key, named: false, past: false, lastUsed: 0, count: 0 });
  const ownWords = new Map(OWN_WORDS.map((word) => [word, named(word, 0)]));
  const names = new Map(saved.filter(([key]) => !ownWords.has(key)).map(([key, used]) => [key, named(key, used)]));
  // How often keys without a name came by since the family was opened: a small sketch, halved when it is full.
  const waiting = new Map<string, KeyStanding>();
  let waitingSum = 0;
  // How all keys stand that have no name while none is left; another object once names were given out or taken back.
  let nameless = unnamed('');
  // No name can have been idle for long enough before this time.
  let noneIdleBefore = 0;

  const leaveWaiting = (standing: KeyStanding): void => {
    waiting.delete(standing.key);
    waitingSum -= standing.count;
    standing.past = true;
  };

  const halveWaiting = (): void => {
    for (const standing of waiting.values()) {
      if (standing.count <= 1) {
        leaveWaiting(standing);
      } else {
        standing.count /= 2;
        waitingSum -= standing.count;
      }
    }
  };

  const waiterOf = (key: string): KeyStanding => {
    let standing = waiting.get(key);
    if (standing === undefined) {
      standing = unnamed(key);
      waiting.set(key, standing);
    }
    return standing;
  };

  const namesChanged = (): void => {
    nameless.past = true;
    nameless = unnamed('');
  };

  /** Notes that a key without a name came by, and tells whether it has earned one. */
  const cameOften = (standing: KeyStanding): boolean => {
    standing.count += 1;
    waitingSum += 1;
    const { count } = standing;
    if (waiting.size > 8 * cap) halveWaiting();
    return count >= 8 && count * cap >= waitingSum;
  };

  const give = (key: string, at: number): KeyStanding => {
    const waiter = waiting.get(key);
    if (waiter !== undefined) leaveWaiting(waiter);
    const name = named(key, at);
    names.set(key, name);
    namesChanged();
    noneIdleBefore = Math.min(noneIdleBefore, at + IDLE_MS);
    return name;
  };

  const forgetIdle = (at: number): void => {
    if (at < noneIdleBefore) return;
    let oldest = at;
    for (const standing of names.values()) {
      if (at - standing.lastUsed < IDLE_MS) {
        oldest = Math.min(oldest, standing.lastUsed);
        continue;
      }
      names.delete(standing.key);
      standing.past = true;
      namesChanged();
      onForgotten(standing.key);
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
          const waiter = current?.past === false ? current : waiterOf(key);
          if (!cameOften(waiter)) return waiter;
        }
        name = give(key, at);
      }
      name.lastUsed = at;
      return name;
    },
    list: () => [...names.values()].map(({ key, lastUsed }) => [key, lastUsed]),
  };
}
