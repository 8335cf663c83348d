import type { TextCursor } from './text-cursor.ts';

/**
 * How the kernel writes one connection, but for its two counters: these stand side by side, and are all that changes
 * from frame to frame (mihomo `tunnel/statistic/tracker.go`, `TrackerInfo`). Comparing the rest with the text of the
 * frame before costs a fraction of parsing it.
 */
export interface ConnectionText {
  readonly head: string;
  readonly tail: string;
}

/** What a connection has moved since it opened, bytes. */
export interface Counts {
  readonly upload: number;
  readonly download: number;
}

const UPLOAD = '"upload":';
const DOWNLOAD = '"download":';
const BETWEEN = `,${DOWNLOAD}`;

/**
 * @param written one connection as the message has it
 * @param parsed what it says
 * @returns undefined where it is not written as the kernel writes: then it must be parsed each time
 */
export function connectionTextOf(written: string, { upload, download }: Counts): ConnectionText | undefined {
  const counts = `${UPLOAD}${upload}${BETWEEN}${download}`;
  const at = onlyPlace(written, UPLOAD);
  if (at === undefined || onlyPlace(written, DOWNLOAD) === undefined || !written.startsWith(counts, at))
    return undefined;
  return { head: copyOf(written.slice(0, at + UPLOAD.length)), tail: copyOf(written.slice(at + counts.length)) };
}

/**
 * Reads what the connection has moved by now, and goes on past it.
 *
 * @returns undefined, and stays, where anything else than its counters has changed
 */
export function readCounts({ head, tail }: ConnectionText, cursor: TextCursor): Counts | undefined {
  const began = cursor.at;
  if (cursor.skip(head)) {
    const upload = cursor.count();
    if (upload >= 0 && cursor.skip(BETWEEN)) {
      const download = cursor.count();
      if (download >= 0 && cursor.skip(tail)) return { upload, download };
    }
  }
  cursor.moveTo(began);
  return undefined;
}

/** In JSON, an unescaped quote never stands within a text: what is found but once is the key. */
function onlyPlace(written: string, key: string): number | undefined {
  const at = written.indexOf(key);
  return at >= 0 && written.indexOf(key, at + key.length) < 0 ? at : undefined;
}

/**
 * Through bytes and back: a slice would hold on to the whole message that it was cut from. The head by itself, which
 * rarely holds more than Latin letters, takes half the room that the names of nodes in the tail would make it take.
 */
const copyOf = (slice: string): string => Buffer.from(slice).toString();
