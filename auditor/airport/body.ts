import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const BODY_TIMEOUT_MS = 10_000;

/** The first bytes of a body, unpacked; empty when it cannot be unpacked. The rest is left to the caller to cancel. */
export async function readHead(body: IncomingMessage, most: number): Promise<string> {
  const unpacked = unpack(body);
  const chunks: Buffer[] = [];
  let size = 0;
  const cut = setTimeout(() => unpacked.destroy(new Error('the body came too slowly')), BODY_TIMEOUT_MS);
  try {
    for await (const chunk of unpacked) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= most) break;
    }
  } catch {
    // A body cut short or packed wrongly is no reason to give up what was read of it.
  } finally {
    clearTimeout(cut);
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8');
}

function unpack(body: IncomingMessage): Readable {
  const through = (transform: Transform): Readable => pipeline(body, transform, () => undefined);
  const encoding = body.headers['content-encoding'];
  if (encoding === 'gzip') return through(createGunzip());
  if (encoding === 'br') return through(createBrotliDecompress());
  if (encoding === 'deflate') return through(createInflate());
  return body;
}
