import type { Bytes } from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import type { FamilySlots, NodeCell } from './book.ts';
import type { Connection, ConnectionDetails, Frame } from './frame.ts';

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

/** Where the bytes of one attribution are booked: kept with an open connection, so that no frame looks it up again. */
export interface BookedCounters {
  readonly cell: NodeCell;
  readonly slots: FamilySlots;
}

/** An open connection as the last frame showed it. */
export interface TrackedConnection extends IndexEntry {
  readonly details: ConnectionDetails;
  attribution: Attribution;
  /** Whether the kernel's totals hold its bytes. */
  readonly counted: boolean;
  upload: number;
  download: number;
  /** Bytes a millisecond over the last frame. */
  uploadRate: number;
  downloadRate: number;
  /** The same over the frame before; NaN, which costs less than undefined would, where that did not show it. */
  earlierUploadRate: number;
  earlierDownloadRate: number;
  /** Where its bytes are booked; undefined until some are. */
  counters: BookedCounters | undefined;
}

/** A connection as it is saved, as plain JSON. */
export interface SavedConnection {
  readonly id: string;
  readonly details: ConnectionDetails;
  readonly attribution: Attribution;
  readonly upload: number;
  readonly download: number;
  /** Bytes a millisecond over the last frame. */
  readonly uploadRate: number;
  readonly downloadRate: number;
}

/** What happens to connections as a frame is compared with the one before. */
export interface ConnectionEvents {
  /** A connection is seen for the first time. */
  attribute(details: ConnectionDetails): Attribution;
  /** More is known of its node than when it was attributed; undefined where it is not. */
  reattribute(connection: TrackedConnection): Attribution | undefined;
  /** Whether all that it has moved since it opened came after the last frame, which did not show it. */
  isNew(details: ConnectionDetails): boolean;
  /** A counted one is not: how much of what it has moved came since is not known. */
  resumed(connection: TrackedConnection): void;
  /** It moved bytes since the last frame. */
  moved(connection: TrackedConnection, upload: number, download: number): void;
  /** A counted one is gone. */
  closed(connection: TrackedConnection): void;
}

/** The connections of the last frame. */
interface ConnectionTable {
  readonly size: number;
  /** By id, for telling restarts. */
  readonly byId: ReadonlyMap<string, TrackedConnection>;
  /** Takes a frame for the baseline: nothing in it is new. */
  baseline(frame: Frame, attribute: ConnectionEvents['attribute']): void;
  /** @param elapsed milliseconds since the last frame */
  compare(frame: Frame, elapsed: number, events: ConnectionEvents): void;
  clear(): void;
  save(): SavedConnection[];
}

export function createConnectionTable(saved: readonly SavedConnection[] = []): ConnectionTable {
  const index = createOrderedIndex<TrackedConnection>(
    saved.map((connection) => ({
      ...connection,
      counted: !isUncounted(connection.details),
      // Not worth keeping: a restart takes it for one that the frame before did not show.
      earlierUploadRate: Number.NaN,
      earlierDownloadRate: Number.NaN,
      counters: undefined,
      list: 0,
      position: 0,
    })),
  );

  const track = ({ id, details }: Connection, attribute: ConnectionEvents['attribute']): TrackedConnection => ({
    id,
    details,
    attribution: attribute(details),
    counted: !isUncounted(details),
    upload: 0,
    download: 0,
    uploadRate: 0,
    downloadRate: 0,
    earlierUploadRate: Number.NaN,
    earlierDownloadRate: Number.NaN,
    counters: undefined,
    list: 0,
    position: 0,
  });

  return {
    get size() {
      return index.byId.size;
    },
    byId: index.byId,
    baseline(frame, attribute) {
      index.clear();
      index.begin();
      for (const shown of frame.connections) index.append(Object.assign(track(shown, attribute), bytesOf(shown)));
      index.end();
    },
    compare(frame, elapsed, events) {
      index.begin();
      for (const shown of frame.connections) {
        const known = index.find(shown.id);
        const connection = known ?? track(shown, events.attribute);
        index.append(connection);
        const better = known === undefined ? undefined : events.reattribute(known);
        if (better !== undefined) {
          connection.attribution = better;
          connection.counters = undefined;
        }
        if (known === undefined && !events.isNew(connection.details)) {
          Object.assign(connection, bytesOf(shown));
          if (connection.counted) events.resumed(connection);
          continue;
        }
        const upload = Math.max(0, shown.upload - connection.upload);
        const download = Math.max(0, shown.download - connection.download);
        connection.upload = shown.upload;
        connection.download = shown.download;
        const spread = known === undefined ? spreadOf(connection.details, frame.at, elapsed) : elapsed;
        if (known !== undefined) {
          connection.earlierUploadRate = connection.uploadRate;
          connection.earlierDownloadRate = connection.downloadRate;
        }
        connection.uploadRate = upload / spread;
        connection.downloadRate = download / spread;
        if (upload > 0 || download > 0) events.moved(connection, upload, download);
      }
      index.end((connection) => {
        if (connection.counted) events.closed(connection);
      });
    },
    clear: () => index.clear(),
    save: () =>
      [...index.byId.values()].map(({ id, details, attribution, upload, download, uploadRate, downloadRate }) => ({
        id,
        details,
        attribution,
        upload,
        download,
        uploadRate,
        downloadRate,
      })),
  };
}

const bytesOf = ({ upload, download }: Bytes): Bytes => ({ upload, download });

/**
 * Dialer-proxy hops and the kernel's own DNS: listed, yet left out of the totals (mihomo `component/proxydialer`,
 * `tunnel/dns_dialer.go`). The kernel's own downloads are `Inner` too, but name a process, and do count.
 */
export function isUncounted({ type, process }: ConnectionDetails): boolean {
  return type === 'Inner' && process === '';
}

/**
 * The first bytes of a connection come at once, not at a rate: one that is a millisecond old and has moved a kilobyte
 * does not move a megabyte a second. So long is added to its age before its rate is told.
 */
const FIRST_FLIGHT_MS = 100;

/** Over how long what a connection moved is spread in the frame that shows it for the first time, milliseconds. */
function spreadOf({ start }: ConnectionDetails, at: number, elapsed: number): number {
  return start === 0 ? elapsed : Math.min(elapsed, Math.max(0, at - start) + FIRST_FLIGHT_MS);
}
