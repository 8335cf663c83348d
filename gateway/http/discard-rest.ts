import type { IncomingMessage } from 'node:http';
import { MAX_UNPACKED_BYTES } from '../pushes/push-body.ts';

/** What is still read after a refusal, so that who asked gets to the answer. */
const MAX_LEFTOVER_BYTES = MAX_UNPACKED_BYTES;

/** Reads on to the end of the request, so that its connection can serve the next, within bounds. */
export function discardRest(request: IncomingMessage): void {
  let left = MAX_LEFTOVER_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.on('error', () => request.destroy());
  request.resume();
}
