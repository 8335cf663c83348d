import { parseJson } from '../../../core/json.ts';
import type { Connection, Frame } from '../../ledger/frame.ts';
import type { RollCall } from '../../ledger/roll-call.ts';
import { connectionPlaceOf, readCounts } from './connection-place.ts';
import { answerParsed, connectionOf, type KnownConnection } from './known-connection.ts';
import { createMessageCursor, type MessageCursor } from './message-cursor.ts';

/** Reads messages that are written as the kernel writes them. */
export interface PieceReader {
  /**
   * @param at when the message arrived, epoch milliseconds
   * @returns undefined where anything is written otherwise: then the message must be parsed as a whole
   * @throws FrameError
   */
  read(message: Buffer, at: number): Frame | undefined;
}

/** How a message begins. */
const DOWNLOAD_TOTAL = Buffer.from('{"downloadTotal":');
const UPLOAD_TOTAL = Buffer.from(',"uploadTotal":');
const CONNECTIONS = Buffer.from(',"connections":[');
/** How a connection begins, how the next one follows, and how the last one ends. A quote within a text is escaped. */
const BEGIN = Buffer.from('{"id":"');
const NEXT = Buffer.from(`},${BEGIN}`);
const LAST = Buffer.from('}]');
const QUOTE = Buffer.from('"');
const COMMA = Buffer.from(',');
/** How a message ends. */
const MEMORY = Buffer.from('],"memory":');
const NO_MEMORY = Buffer.from(']');
const END = Buffer.from('}');
const NEWLINE = Buffer.from('\n');

/**
 * Of a connection that was there before nothing is parsed but its counters (docs/adr/0014-read-what-moved.md).
 *
 * @param roll the connections that messages before have shown
 */
export function createPieceReader(roll: RollCall<KnownConnection>): PieceReader {
  /** The connection at the cursor, if it is this one and has changed nothing but its counters. */
  function readAgain(known: KnownConnection | undefined, cursor: MessageCursor): Connection | undefined {
    const counts = known?.place === undefined ? undefined : readCounts(known.place, cursor);
    if (known === undefined || counts === undefined) return undefined;
    roll.answer(known);
    return connectionOf(known, counts);
  }

  /** @throws FrameError */
  function readAnew(cursor: MessageCursor, index: number): Connection | undefined {
    const { message, at: begin } = cursor;
    const next = message.indexOf(NEXT, begin);
    const end = (next < 0 ? message.indexOf(LAST, begin) : next) + 1;
    const value = parseJson(message.toString('utf8', begin, end));
    if (value === undefined) return undefined;
    const { known, connection } = answerParsed(roll, value, index);
    known.place = connectionPlaceOf(message, begin, end, connection);
    cursor.moveTo(end);
    return connection;
  }

  function read(message: Buffer, at: number): Frame | undefined {
    const cursor = createMessageCursor(message);
    if (!cursor.skip(DOWNLOAD_TOTAL)) return undefined;
    const download = cursor.count();
    if (!cursor.skip(UPLOAD_TOTAL)) return undefined;
    const upload = cursor.count();
    if (!cursor.skip(CONNECTIONS) || download < 0 || upload < 0) return undefined;
    const connections: Connection[] = [];
    roll.begin();
    do {
      const connection =
        readAgain(roll.next(), cursor) ??
        readAgain(roll.find(idAt(cursor)), cursor) ??
        readAnew(cursor, connections.length);
      if (connection === undefined) return undefined;
      connections.push(connection);
    } while (cursor.skip(COMMA));
    const memory = cursor.skip(MEMORY) ? cursor.count() : cursor.skip(NO_MEMORY) ? 0 : -1;
    if (memory < 0 || !cursor.skip(END)) return undefined;
    cursor.skip(NEWLINE);
    if (cursor.at !== message.length) return undefined;
    roll.end();
    return { at, download, upload, memory, connections };
  }

  return { read };
}

/** The id of the connection that begins there, as it is written; empty where none begins as the kernel begins it. */
function idAt({ message, at }: MessageCursor): string {
  const from = at + BEGIN.length;
  if (!message.subarray(at, from).equals(BEGIN)) return '';
  return message.toString('utf8', from, message.indexOf(QUOTE, from));
}
