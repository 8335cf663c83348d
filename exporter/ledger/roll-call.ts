/** Something that a list names by its id for as long as it lives. */
export interface RollEntry {
  readonly id: string;
  /** Of the roll call: the last list that named it, and where. */
  call: number;
  position: number;
}

/**
 * Finds again, in each new list, what the lists before it named. A kernel lists its connections in the same order each
 * time, so that the next one is mostly the one that came next before: then nothing is looked up.
 */
export interface RollCall<T extends RollEntry> {
  /** All that the last list named, in the order of their first sight. */
  readonly byId: ReadonlyMap<string, T>;
  /** Begins a list; one that was not ended counts for nothing, and leaves nothing behind. */
  begin(): void;
  /** What most likely comes next, as it did before. */
  next(): T | undefined;
  /** What has this id, if a list before named it or {@link answer} was called with it. */
  find(id: string): T | undefined;
  /** The list names this one next. */
  answer(entry: T): void;
  /** Ends the list: what it did not name is forgotten, and reported. */
  end(onGone?: (entry: T) => void): void;
  clear(): void;
}

export function createRollCall<T extends RollEntry>(known: readonly T[] = []): RollCall<T> {
  const byId = new Map(known.map((entry) => [entry.id, entry]));
  let before: T[] = [...known];
  let now: T[] = [];
  /** What this list was the first to name. */
  let added: T[] = [];
  let named = 0;
  let call = 0;
  let expected = 0;
  return {
    byId,
    begin() {
      for (const { id } of added) byId.delete(id);
      added = [];
      named = 0;
      call += 1;
      expected = 0;
    },
    next: () => before[expected],
    find(id) {
      const next = before[expected];
      return next?.id === id ? next : byId.get(id);
    },
    answer(entry) {
      if (entry.call === 0) {
        byId.set(entry.id, entry);
        added.push(entry);
      } else expected = entry.position + 1;
      entry.call = call;
      entry.position = named;
      now[named] = entry;
      named += 1;
    },
    end(onGone) {
      for (const entry of byId.values()) {
        if (entry.call === call) continue;
        byId.delete(entry.id);
        onGone?.(entry);
      }
      added = [];
      now.length = named;
      // The list before is written over by the next one: it has grown to the size that lists have.
      [before, now] = [now, before];
    },
    clear() {
      byId.clear();
      added = [];
      before = [];
      now = [];
    },
  };
}
