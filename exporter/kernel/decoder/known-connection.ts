import type { Connection, ConnectionDetails } from '../../ledger/frame.ts';
import type { RollCall, RollEntry } from '../../ledger/roll-call.ts';
import { checkItem, readDetails } from './connection-item.ts';
import type { ConnectionPlace, Counts } from './connection-place.ts';

/**
 * What a decoder keeps of an open connection: its details are read at first sight and kept, with its id, so that
 * whoever looks it up compares the same text with itself.
 */
export interface KnownConnection extends RollEntry {
  readonly details: ConnectionDetails;
  /** When it opened, as written: a restarted kernel may use an id again. */
  readonly start: unknown;
  /** Where it was last read; undefined where it must be parsed each time. */
  place: ConnectionPlace | undefined;
}

/**
 * Answers the roll call with a parsed connection.
 *
 * @param index where in the list it stands, for errors
 * @throws FrameError
 */
export function answerParsed(
  roll: RollCall<KnownConnection>,
  value: unknown,
  index: number,
): { readonly known: KnownConnection; readonly connection: Connection } {
  const item = checkItem(value, index);
  const { id, start } = item;
  const before = roll.find(id);
  const known =
    before !== undefined && before.start === start
      ? before
      : { id, start, details: readDetails(item, index), place: undefined, call: 0, position: 0 };
  roll.answer(known);
  return { known, connection: connectionOf(known, item) };
}

export const connectionOf = ({ id, details }: KnownConnection, { upload, download }: Counts): Connection => ({
  id,
  upload,
  download,
  details,
});
