import { parseJson } from '../../../core/json.ts';
import type { Connection, Frame } from '../../ledger/frame.ts';
import type { OrderedIndex } from '../../ledger/ordered-index.ts';
import { createMessageCursor, type MessageCursor } from './message-cursor.ts';
import { type KnownConnection, readParsedConnection } from './parsed-frame.ts';

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

/** How a message begins. */
const DOWNLOAD_TOTAL = Buffer.from('{"downloadTotal":');
const UPLOAD_TOTAL = Buffer.from(',"uploadTotal":');
const CONNECTIONS = Buffer.from(',"connections":[');
/** How a connection begins, how the next one follows, and how the last one ends. A quote within a text is escaped. */
const BEGIN = Buffer.from('{"id":"');
const NEXT = Buffer.from(`},${BEGIN}`);
const QUOTE = Buffer.from('"');
const LAST = Buffer.from('}]');
const UPLOAD = Buffer.from('"upload":');
const DOWNLOAD = Buffer.from('"download":');
const BETWEEN = Buffer.from(',"download":');
const COMMA = Buffer.from(',');
/** How a message ends. */
const MEMORY = Buffer.from('],"memory":');
const NO_MEMORY = Buffer.from(']');
const END = Buffer.from('}');
const NEWLINE = Buffer.from('\n');

/**
 * The fast way to read a `/connections` message that is written as the kernel writes it: of a connection that was there
 * before nothing is parsed but its counters (docs/adr/0014-read-what-moved.md). It says what `readParsedFrame` says.
 *
 * @param at when the message arrived, epoch milliseconds
 * @param known the connections that messages before have shown
 * @returns undefined where anything is written otherwise: then the message must be parsed as a whole
 * @throws FrameError
 */
export function readMovedFrame(message: Buffer, at: number, known: OrderedIndex<KnownConnection>): Frame | undefined {
  const cursor = createMessageCursor(message);
  if (!cursor.skip(DOWNLOAD_TOTAL)) return undefined;
  const download = cursor.count();
  if (!cursor.skip(UPLOAD_TOTAL)) return undefined;
  const upload = cursor.count();
  if (!cursor.skip(CONNECTIONS) || download < 0 || upload < 0) return undefined;
  const connections: Connection[] = [];
  known.begin();
  do {
    const connection =
      readMoved(cursor, known.next(), known) ??
      readMoved(cursor, known.find(idAt(cursor)), known) ??
      readNew(cursor, connections.length, known);
    if (connection === undefined) return undefined;
    connections.push(connection);
  } while (cursor.skip(COMMA));
  const memory = cursor.skip(MEMORY) ? cursor.count() : cursor.skip(NO_MEMORY) ? 0 : -1;
  if (memory < 0 || !cursor.skip(END)) return undefined;
  cursor.skip(NEWLINE);
  if (cursor.at !== message.length) return undefined;
  known.end();
  return { at, download, upload, memory, connections };
}

/** This connection, if it stands at the cursor and has changed nothing but its counters. */
function readMoved(
  cursor: MessageCursor,
  entry: KnownConnection | undefined,
  known: OrderedIndex<KnownConnection>,
): Connection | undefined {
  if (entry?.place === undefined) return undefined;
  const { place, id, details } = entry;
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
        known.append(entry);
        return { id, upload, download, details };
      }
    }
  }
  cursor.moveTo(begin);
  return undefined;
}

/** The id of the connection that begins there, as it is written; empty where none begins as the kernel begins it. */
function idAt({ message, at }: MessageCursor): string {
  const from = at + BEGIN.length;
  if (!message.subarray(at, from).equals(BEGIN)) return '';
  return message.toString('utf8', from, message.indexOf(QUOTE, from));
}

/** Cuts out the connection at the cursor and parses it. @throws FrameError */
function readNew(cursor: MessageCursor, index: number, known: OrderedIndex<KnownConnection>): Connection | undefined {
  const { message, at: begin } = cursor;
  const next = message.indexOf(NEXT, begin);
  const end = (next < 0 ? message.indexOf(LAST, begin) : next) + 1;
  const value = parseJson(message.toString('utf8', begin, end));
  if (value === undefined) return undefined;
  const { entry, connection } = readParsedConnection(value, index, known);
  entry.place = placeOf(message, begin, end, connection);
  cursor.moveTo(end);
  return connection;
}

/** @returns undefined where it is not written as the kernel writes: then it must be parsed each time */
function placeOf(
  message: Buffer,
  begin: number,
  end: number,
  { upload, download }: Connection,
): ConnectionPlace | undefined {
  const written = message.subarray(begin, end);
  const at = onlyPlace(written, UPLOAD);
  const counts = Buffer.from(`${upload}${BETWEEN}${download}`);
  if (at === undefined || onlyPlace(written, DOWNLOAD) === undefined) return undefined;
  const from = at + UPLOAD.length;
  if (!written.subarray(from, from + counts.length).equals(counts)) return undefined;
  return { message, begin, counts: begin + from, tail: begin + from + counts.length, end };
}

/** In JSON, an unescaped quote never stands within a text: what is found but once is the key. */
function onlyPlace(written: Buffer, key: Buffer): number | undefined {
  const at = written.indexOf(key);
  return at >= 0 && written.indexOf(key, at + key.length) < 0 ? at : undefined;
}
