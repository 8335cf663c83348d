import { parseJson } from '../../../core/json.ts';
import type { Frame } from '../../ledger/frame.ts';
import { createRollCall } from '../../ledger/roll-call.ts';
import { count, FrameError, isCount } from './frame-error.ts';
import { createPieceReader } from './frame-pieces.ts';
import { answerParsed, type KnownConnection } from './known-connection.ts';

/** Turns `/connections` messages of one kernel into frames. */
export interface FrameDecoder {
  /**
   * @param message the bytes of one message, as received, which must not change any more
   * @param at when it arrived, epoch milliseconds
   * @throws FrameError when it is cut, misses a field, or holds a count that a number cannot hold exactly
   */
  decode(message: Uint8Array, at: number): Frame;
}

/**
 * A message that is written as the kernel writes it is read piece by piece, which costs a fraction; any other is parsed
 * as a whole, which says what a good message is.
 *
 * Shape: mihomo `hub/route/connections.go` and `tunnel/statistic`; `connections` is null when there are none.
 */
export function createFrameDecoder(): FrameDecoder {
  const roll = createRollCall<KnownConnection>();
  const pieces = createPieceReader(roll);

  /** @throws FrameError */
  function readWhole(message: Uint8Array, at: number): Frame {
    const value = parseJson(message);
    if (value === undefined) throw new FrameError(`the message of ${message.length} bytes is not whole JSON`);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FrameError('expected an object with downloadTotal, uploadTotal and connections');
    }
    const { downloadTotal, uploadTotal, memory, connections = null } = value as Record<string, unknown>;
    if (connections !== null && !Array.isArray(connections)) {
      throw new FrameError('connections: expected a list or null');
    }
    roll.begin();
    const frame = {
      at,
      connections: (connections ?? []).map((item, index) => answerParsed(roll, item, index).connection),
      download: count(downloadTotal, 'downloadTotal'),
      upload: count(uploadTotal, 'uploadTotal'),
      memory: isCount(memory) ? memory : 0,
    };
    roll.end();
    return frame;
  }

  return { decode: (message, at) => pieces.read(bufferOf(message), at) ?? readWhole(message, at) };
}

/** The same bytes, with what Node can do with them. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
