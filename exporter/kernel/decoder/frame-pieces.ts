import { parseJson } from '../../../core/json.ts';
import type { Connection, Frame } from '../../ledger/frame.ts';
import type { RollCall } from '../../ledger/roll-call.ts';
import { connectionTextOf, readCounts } from './connection-text.ts';
import { answerParsed, connectionOf, type KnownConnection } from './known-connection.ts';
import { createTextCursor, type TextCursor } from './text-cursor.ts';

/** Reads messages that are written as the kernel writes them. */
export interface PieceReader {
  /**
   * @param at when the message arrived, epoch milliseconds
   * @returns undefined where anything is written otherwise: then the message must be parsed as a whole
   * @throws FrameError
   */
  read(text: string, at: number): Frame | undefined;
}

/** How a connection begins, how the next one follows, and how the last one ends. A quote within a text is escaped. */
const BEGIN = '{"id":"';
const NEXT = `},${BEGIN}`;
const LAST = '}]';

/**
 * Of a connection that was there before nothing is parsed but its counters (docs/adr/0014-read-what-moved.md).
 *
 * @param roll the connections that messages before have shown
 */
export function createPieceReader(roll: RollCall<KnownConnection>): PieceReader {
  /** The connection at the cursor, if it is this one and has changed nothing but its counters. */
  function readAgain(known: KnownConnection | undefined, cursor: TextCursor): Connection | undefined {
    const counts = known?.text === undefined ? undefined : readCounts(known.text, cursor);
    if (known === undefined || counts === undefined) return undefined;
    roll.answer(known);
    return connectionOf(known, counts);
  }

  /** @throws FrameError */
  function readAnew(text: string, cursor: TextCursor, index: number): Connection | undefined {
    const next = text.indexOf(NEXT, cursor.at);
    const end = (next < 0 ? text.indexOf(LAST, cursor.at) : next) + 1;
    const written = text.slice(cursor.at, end);
    const value = parseJson(written);
    if (value === undefined) return undefined;
    const { known, connection } = answerParsed(roll, value, index);
    known.text = connectionTextOf(written, connection);
    cursor.moveTo(end);
    return connection;
  }

  function read(text: string, at: number): Frame | undefined {
    const cursor = createTextCursor(text);
    if (!cursor.skip('{"downloadTotal":')) return undefined;
    const download = cursor.count();
    if (!cursor.skip(',"uploadTotal":')) return undefined;
    const upload = cursor.count();
    if (!cursor.skip(',"connections":[') || download < 0 || upload < 0) return undefined;
    const connections: Connection[] = [];
    roll.begin();
    do {
      const connection =
        readAgain(roll.next(), cursor) ??
        readAgain(roll.find(idAt(text, cursor.at)), cursor) ??
        readAnew(text, cursor, connections.length);
      if (connection === undefined) return undefined;
      connections.push(connection);
    } while (cursor.skip(','));
    if (!cursor.skip(']')) return undefined;
    const memory = cursor.skip(',"memory":') ? cursor.count() : 0;
    if (memory < 0 || !cursor.skip('}')) return undefined;
    cursor.skip('\n');
    if (cursor.at !== text.length) return undefined;
    roll.end();
    return { at, download, upload, memory, connections };
  }

  return { read };
}

/** The id of the connection that begins there, as it is written; empty where none begins as the kernel begins it. */
function idAt(text: string, at: number): string {
  const from = at + BEGIN.length;
  return text.startsWith(BEGIN, at) ? text.slice(from, text.indexOf('"', from)) : '';
}
