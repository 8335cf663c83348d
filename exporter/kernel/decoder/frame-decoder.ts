import type { Frame } from '../../ledger/frame.ts';
import { createOrderedIndex } from '../../ledger/ordered-index.ts';
import { readMovedFrame } from './moved-frame.ts';
import { type KnownConnection, readParsedFrame } from './parsed-frame.ts';

/** Turns `/connections` messages of one kernel into frames. */
export interface FrameDecoder {
  /**
   * @param message the bytes of one message, as received, which must not change any more
   * @param at when it arrived, epoch milliseconds
   * @throws FrameError when it is cut, misses a field, or holds a count that a number cannot hold exactly
   */
  decode(message: Uint8Array, at: number): Frame;
}

/** Reads a message that is written as the kernel writes it by what moved, any other as JSON; both say the same. */
export function createFrameDecoder(): FrameDecoder {
  const known = createOrderedIndex<KnownConnection>();
  return {
    decode: (message, at) => readMovedFrame(bufferOf(message), at, known) ?? readParsedFrame(message, at, known),
  };
}

/** The same bytes, with what Node can do with them. */
const bufferOf = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
