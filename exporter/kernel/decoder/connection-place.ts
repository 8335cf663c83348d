import type { MessageCursor } from './message-cursor.ts';

/**
 * Where a message has one connection. All that changes of it from frame to frame are its two counters, which stand side
 * by side (mihomo `tunnel/statistic/tracker.go`, `TrackerInfo`). Comparing the rest with the message before costs a
 * fraction of parsing it.
 */
export interface ConnectionPlace {
  message: Buffer;
  begin: number;
  /** Where its counters begin, and what follows them. */
  counts: number;
  tail: number;
  end: number;
}

/** What a connection has moved since it opened, bytes. */
export interface Counts {
  readonly upload: number;
  readonly download: number;
}

const UPLOAD = Buffer.from('"upload":');
const DOWNLOAD = Buffer.from('"download":');
const BETWEEN = Buffer.from(',"download":');

/**
 * @param begin where the message has a connection that was parsed
 * @param end where it ends
 * @param parsed what it says
 * @returns undefined where it is not written as the kernel writes: then it must be parsed each time
 */
export function connectionPlaceOf(
  message: Buffer,
  begin: number,
  end: number,
  { upload, download }: Counts,
): ConnectionPlace | undefined {
  const written = message.subarray(begin, end);
  const at = onlyPlace(written, UPLOAD);
  const counts = Buffer.from(`${upload}${BETWEEN}${download}`);
  if (at === undefined || onlyPlace(written, DOWNLOAD) === undefined) return undefined;
  const from = at + UPLOAD.length;
  if (!written.subarray(from, from + counts.length).equals(counts)) return undefined;
  return { message, begin, counts: begin + from, tail: begin + from + counts.length, end };
}

/**
 * Reads what the connection has moved by now, goes on past it, and notes its new place.
 *
 * @returns undefined, and stays, where anything else than its counters has changed
 */
export function readCounts(place: ConnectionPlace, cursor: MessageCursor): Counts | undefined {
  const begin = cursor.at;
  if (cursor.skipSame(place.message, place.begin, place.counts)) {
    const counts = cursor.at;
    const upload = cursor.count();
    if (upload >= 0 && cursor.skip(BETWEEN)) {
      const download = cursor.count();
      const tail = cursor.at;
      if (download >= 0 && cursor.skipSame(place.message, place.tail, place.end)) {
        place.message = cursor.message;
        place.begin = begin;
        place.counts = counts;
        place.tail = tail;
        place.end = cursor.at;
        return { upload, download };
      }
    }
  }
  cursor.moveTo(begin);
  return undefined;
}

/** In JSON, an unescaped quote never stands within a text: what is found but once is the key. */
function onlyPlace(written: Buffer, key: Buffer): number | undefined {
  const at = written.indexOf(key);
  return at >= 0 && written.indexOf(key, at + key.length) < 0 ? at : undefined;
}
