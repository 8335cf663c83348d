import { parseJson } from '../../../core/json.ts';
import { createOrderedIndex, type OrderedIndex } from '../../ledger/connection-table.ts';
import type { Connection, Frame } from '../../ledger/frame.ts';
import {
  type ConnectionSpan,
  type KnownConnection,
  type NoteBadConnection,
  readParsedConnection,
  readParsedFrame,
} from './messages.ts';

/**
 * Turns `/connections` messages of one kernel into frames. A message that is written as the kernel writes it is read by
 * what moved, any other as JSON; both say the same.
 */
export function createFrameDecoder(noteBad: NoteBadConnection = () => {}) {
  const known = createOrderedIndex<KnownConnection>();
  return {
    /**
     * @param message the bytes of one message, as received, which must not change any more
     * @param at when it arrived, epoch milliseconds
     * @throws FrameError when it is cut, misses a field, or holds a count that a number cannot hold exactly
     */
    decode: (message: Uint8Array, at: number): Frame =>
      readMovedFrame(bufferOf(message), at, known, noteBad) ?? readParsedFrame(message, at, known, noteBad),
  };
}

/** The same bytes, with what Node can do with them. */
const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

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
const MAX_UPLOAD_RATE = Buffer.from(',"maxUploadRate":');
const MAX_DOWNLOAD_RATE = Buffer.from(',"maxDownloadRate":');
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
 */
export function readMovedFrame(
  message: Buffer,
  at: number,
  known: OrderedIndex<KnownConnection>,
  noteBad: NoteBadConnection = () => {},
): Frame | undefined {
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
      readNew(cursor, connections.length, known, noteBad);
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
  if (entry?.span === undefined) return undefined;
  const { span, id, details } = entry;
  const begin = cursor.at;
  if (cursor.skipSame(span.message, span.begin, span.counts)) {
    const counts = cursor.at;
    const upload = cursor.count();
    if (upload >= 0 && cursor.skip(BETWEEN)) {
      const download = cursor.count();
      const tail = cursor.at;
      if (download >= 0 && cursor.skipSame(span.message, span.tail, span.rest)) {
        const rest = cursor.at;
        if (!skipRates(cursor) || !cursor.skip(END)) {
          cursor.moveTo(begin);
          return undefined;
        }
        span.message = cursor.message;
        span.begin = begin;
        span.counts = counts;
        span.tail = tail;
        span.rest = rest;
        known.append(entry);
        return { id, upload, download, details };
      }
    }
  }
  cursor.moveTo(begin);
  return undefined;
}

/** Goes on past the highest rates, where they follow; whether they are as the kernel writes them. */
function skipRates(cursor: MessageCursor): boolean {
  if (!cursor.skip(MAX_UPLOAD_RATE)) return true;
  return cursor.count() >= 0 && cursor.skip(MAX_DOWNLOAD_RATE) && cursor.count() >= 0;
}

/** The id of the connection that begins there, as it is written; empty where none begins as the kernel begins it. */
function idAt({ message, at }: MessageCursor): string {
  const from = at + BEGIN.length;
  if (!message.subarray(at, from).equals(BEGIN)) return '';
  return message.toString('utf8', from, message.indexOf(QUOTE, from));
}

/** Cuts out the connection at the cursor and parses it. */
function readNew(
  cursor: MessageCursor,
  index: number,
  known: OrderedIndex<KnownConnection>,
  noteBad: NoteBadConnection,
): Connection | undefined {
  const { message, at: begin } = cursor;
  const next = message.indexOf(NEXT, begin);
  const end = (next < 0 ? message.indexOf(LAST, begin) : next) + 1;
  const value = parseJson(message.toString('utf8', begin, end));
  if (value === undefined) return undefined;
  const read = readParsedConnection(value, index, known, noteBad);
  if (read === undefined) return undefined;
  const { entry, connection } = read;
  entry.span = entry.isUncountable ? undefined : spanOf(message, begin, end, connection);
  cursor.moveTo(end);
  return connection;
}

/** @returns undefined where it is not written as the kernel writes: then it must be parsed each time */
function spanOf(
  message: Buffer,
  begin: number,
  end: number,
  { upload, download }: Connection,
): ConnectionSpan | undefined {
  const written = message.subarray(begin, end);
  const at = onlyOffset(written, UPLOAD);
  const counts = Buffer.from(`${upload}${BETWEEN}${download}`);
  if (at === undefined || onlyOffset(written, DOWNLOAD) === undefined) return undefined;
  const from = at + UPLOAD.length;
  if (!written.subarray(from, from + counts.length).equals(counts)) return undefined;
  const tail = begin + from + counts.length;
  const rates = written.lastIndexOf(MAX_UPLOAD_RATE);
  const cursor = createMessageCursor(message);
  cursor.moveTo(begin + rates);
  const hasRates = rates >= 0 && skipRates(cursor) && cursor.at === end - 1 && begin + rates >= tail;
  return { message, begin, counts: begin + from, tail, rest: hasRates ? begin + rates : end - 1 };
}

/** In JSON, an unescaped quote is never within a text: what is found but once is the key. */
function onlyOffset(written: Buffer, key: Buffer): number | undefined {
  const at = written.indexOf(key);
  return at >= 0 && written.indexOf(key, at + key.length) < 0 ? at : undefined;
}

/** Reads the bytes of a message from their beginning, piece by piece. */
interface MessageCursor {
  readonly message: Buffer;
  /** Where it is. */
  readonly at: number;
  /** Goes on past `expected`, if that comes next. */
  skip(expected: Buffer): boolean;
  /** Goes on past what is in `other` from `from` to before `to`, if the same comes next. */
  skipSame(other: Buffer, from: number, to: number): boolean;
  /** Goes on past a count as JSON writes it; -1, and stays, where none comes next, or one too long to be exact. */
  count(): number;
  /** Goes to this span. */
  moveTo(at: number): void;
}

const ZERO = 48;
const NINE = 57;
/** Every number of so many digits is a safe integer. */
const MOST_DIGITS = 15;

export function createMessageCursor(message: Buffer): MessageCursor {
  let at = 0;
  const skipSame = (other: Buffer, from: number, to: number): boolean => {
    const end = at + to - from;
    if (end > message.length || message.compare(other, from, to, at, end) !== 0) return false;
    at = end;
    return true;
  };
  return {
    message,
    get at() {
      return at;
    },
    skip: (expected) => skipSame(expected, 0, expected.length),
    skipSame,
    count() {
      let value = 0;
      let end = at;
      for (let code = message[end]; code !== undefined && code >= ZERO && code <= NINE; code = message[end]) {
        value = value * 10 + code - ZERO;
        end += 1;
      }
      const digits = end - at;
      const leadingZero = digits > 1 && message[at] === ZERO;
      if (digits === 0 || digits > MOST_DIGITS || leadingZero) return -1;
      at = end;
      return value;
    },
    moveTo(next) {
      at = next;
    },
  };
}
