import type { Attribution } from './attribution.ts';
import type { Bytes } from './bytes.ts';
import type { Connection, ConnectionDetails, Frame } from './frame.ts';
import type { Place } from './place.ts';
import type { SavedConnection } from './state.ts';

/** An open connection as the last frame showed it. */
export interface TrackedConnection {
  readonly details: ConnectionDetails;
  readonly attribution: Attribution;
  /** Whether the kernel's totals hold its bytes. */
  readonly counted: boolean;
  upload: number;
  download: number;
  /** Bytes a millisecond over the last frame. */
  uploadRate: number;
  downloadRate: number;
  /** The frame that showed it last. */
  frame: number;
  /** Where its bytes are booked; undefined until some are. */
  place: Place | undefined;
}

/** What happens to connections as a frame is compared with the one before. */
export interface ConnectionEvents {
  /** A connection is seen for the first time. */
  attribute(details: ConnectionDetails): Attribution;
  /** It moved bytes since the last frame. */
  moved(connection: TrackedConnection, upload: number, download: number): void;
  /** A counted one is gone. */
  closed(connection: TrackedConnection): void;
}

/** The connections of the last frame. */
export interface ConnectionTable {
  readonly size: number;
  /** By id, for telling restarts. */
  readonly byId: ReadonlyMap<string, TrackedConnection>;
  /** Takes a frame for the baseline: nothing in it is new. */
  baseline(frame: Frame, attribute: ConnectionEvents['attribute']): void;
  /**
   * @param elapsed milliseconds since the last frame
   * @param isNew whether all that a connection has moved since it opened came after the last frame, for one that the
   *   last frame did not show; its bytes are not reported as moved otherwise
   */
  compare(
    frame: Frame,
    elapsed: number,
    isNew: (connection: TrackedConnection) => boolean,
    events: ConnectionEvents,
  ): void;
  clear(): void;
  save(): SavedConnection[];
}

export function createConnectionTable(saved: readonly SavedConnection[] = []): ConnectionTable {
  const table = new Map<string, TrackedConnection>();
  let frames = 0;
  for (const { id, ...connection } of saved) {
    table.set(id, { ...connection, counted: !isUncounted(connection.details), frame: 0, place: undefined });
  }

  const track = ({ id, details }: Connection, attribute: ConnectionEvents['attribute']): TrackedConnection => {
    const connection: TrackedConnection = {
      details,
      attribution: attribute(details),
      counted: !isUncounted(details),
      upload: 0,
      download: 0,
      uploadRate: 0,
      downloadRate: 0,
      frame: frames,
      place: undefined,
    };
    table.set(id, connection);
    return connection;
  };

  return {
    get size() {
      return table.size;
    },
    byId: table,
    baseline(frame, attribute) {
      table.clear();
      for (const shown of frame.connections) Object.assign(track(shown, attribute), bytesOf(shown));
    },
    compare(frame, elapsed, isNew, events) {
      frames += 1;
      for (const shown of frame.connections) {
        const known = table.get(shown.id);
        const connection = known ?? track(shown, events.attribute);
        connection.frame = frames;
        if (known === undefined && !isNew(connection)) {
          Object.assign(connection, bytesOf(shown));
          continue;
        }
        const upload = Math.max(0, shown.upload - connection.upload);
        const download = Math.max(0, shown.download - connection.download);
        connection.upload = shown.upload;
        connection.download = shown.download;
        const alive = known === undefined ? aliveFor(connection.details, frame.at, elapsed) : elapsed;
        connection.uploadRate = upload / alive;
        connection.downloadRate = download / alive;
        if (upload > 0 || download > 0) events.moved(connection, upload, download);
      }
      for (const [id, connection] of table) {
        if (connection.frame === frames) continue;
        table.delete(id);
        if (connection.counted) events.closed(connection);
      }
    },
    clear: () => table.clear(),
    save: () =>
      [...table].map(([id, { details, attribution, upload, download, uploadRate, downloadRate }]) => ({
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
function isUncounted({ type, process }: ConnectionDetails): boolean {
  return type === 'Inner' && process === '';
}

/** How long a connection has been open within a frame that shows it for the first time, milliseconds. */
function aliveFor({ start }: ConnectionDetails, at: number, elapsed: number): number {
  return start === 0 ? elapsed : Math.min(elapsed, Math.max(1, at - start));
}
