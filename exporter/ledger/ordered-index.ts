/** Something that a list names by its id for as long as it lives. */
export interface IndexEntry {
  readonly id: string;
  /** Of the index: the number of the last list that named it, and its place there. */
  list: number;
  position: number;
}

/**
 * Finds again, in each new list, what the lists before it named. A kernel lists its connections in the same order each
 * time, so that the next one is mostly the one that came next before: then nothing is looked up.
 */
export interface OrderedIndex<T extends IndexEntry> {
  /** All that the last list named, in the order of their first sight. */
  readonly byId: ReadonlyMap<string, T>;
  /** Begins a list; one that was not ended counts for nothing, and leaves nothing behind. */
  begin(): void;
  /** What most likely comes next, as it did before. */
  next(): T | undefined;
  /** What has this id, if a list before named it or {@link append} was called with it. */
  find(id: string): T | undefined;
  /** The list names this one next. */
  append(entry: T): void;
  /** Ends the list: what it did not name is forgotten, and reported. */
  end(onGone?: (entry: T) => void): void;
  clear(): void;
}

export function createOrderedIndex<T extends IndexEntry>(known: readonly T[] = []): OrderedIndex<T> {
  const byId = new Map(known.map((entry) => [entry.id, entry]));
  let before: T[] = [...known];
  let now: T[] = [];
  /** What this list was the first to name. */
  let added: T[] = [];
  let named = 0;
  let list = 0;
  let expected = 0;
  return {
    byId,
    begin() {
      for (const { id } of added) byId.delete(id);
      added = [];
      named = 0;
      list += 1;
      expected = 0;
    },
    next: () => before[expected],
    find(id) {
      const next = before[expected];
      return next?.id === id ? next : byId.get(id);
    },
    append(entry) {
      if (entry.list === 0) {
        byId.set(entry.id, entry);
        added.push(entry);
      } else expected = entry.position + 1;
      entry.list = list;
      entry.position = named;
      now[named] = entry;
      named += 1;
    },
    end(onGone) {
      for (const entry of byId.values()) {
        if (entry.list === list) continue;
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
