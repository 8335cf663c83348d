import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { MAX_UNPACKED_BYTES, MAX_WIRE_BYTES } from '../access/limits.ts';
import { type HttpProblem, httpProblem } from '../http/problem.ts';

/** Bytes that bodies may take in memory at one time. */
interface ByteBudget {
  /** Takes bytes if they are left; whether it did. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  left(): number;
}

export function createByteBudget(total: number): ByteBudget {
  let left = total;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
    left: () => left,
  };
}

/**
 * One budget for the bodies of all users, of which each user has a part, so that whoever sends much and ends nothing
 * leaves something for the others.
 *
 * @param total bytes of all together
 * @param most bytes of one user
 * @returns the budget of a user, the same whenever it is asked for
 */
export function createUserBudgets(total: number, most: number): (user: string) => ByteBudget {
  const all = createByteBudget(total);
  const taken = new Map<string, number>();
  return (user) => {
    const ofUser = (): number => taken.get(user) ?? 0;
    return {
      take(bytes) {
        if (ofUser() + bytes > most || !all.take(bytes)) return false;
        taken.set(user, ofUser() + bytes);
        return true;
      },
      give(bytes) {
        all.give(bytes);
        taken.set(user, ofUser() - bytes);
        if (ofUser() === 0) taken.delete(user);
      },
      left: () => Math.min(most - ofUser(), all.left()),
    };
  };
}

/** Deflate cannot pack tighter than this: https://www.zlib.net/zlib_tech.html. */
const MAX_RATIO = 1032;

/** What unpacks in less time than it takes to hand it to another thread. */
const SMALL_BYTES = 16 * 2 ** 10;
/** Who says less than it is has it unpacked in many pieces, of this size at least. */
const MIN_PIECE = 16 * 2 ** 10;

const unpackElsewhere = promisify(gunzip);
const unpack = async (wire: Buffer, most: number): Promise<Buffer> => {
  const options = { maxOutputLength: most, chunkSize: expectedLength(wire, most) + 1 };
  return wire.length <= SMALL_BYTES ? gunzipSync(wire, options) : unpackElsewhere(wire, options);
};

/** What the last four bytes say (RFC 1952, ISIZE), so that it is unpacked in one piece; no more than it could be. */
function expectedLength(wire: Buffer, most: number): number {
  const said = wire.length < 4 ? 0 : wire.readUInt32LE(wire.length - 4);
  return Math.max(MIN_PIECE, Math.min(said, mostUnpacked(wire, most)));
}

const mostUnpacked = (wire: Buffer, most: number): number => Math.min(most, wire.length * MAX_RATIO);

/** A body, unpacked; `release` gives its bytes back to the budget and must be called once it is no longer held. */
interface PushBody {
  readonly kind: 'body';
  readonly bytes: Buffer;
  /** The same as gzip data, where it came so. */
  readonly packed?: Buffer;
  /** Takes more of the budget for what is made of it; whether there was as much. */
  take(bytes: number): boolean;
  release(): void;
}

/** The device went away in the middle of its push; nobody waits for an answer. */
export class DeviceGoneError extends Error {
  override readonly name = 'DeviceGoneError';
}

/**
 * Reads a push's body, plain or gzip, within its limits and within the budget of all bodies together. What comes after
 * a refusal is not read here.
 *
 * @param most bytes that it may unpack to
 * @throws DeviceGoneError
 */
export async function readPushBody(
  request: Readable & { readonly headers: IncomingHttpHeaders },
  budget: ByteBudget,
  most = MAX_UNPACKED_BYTES,
): Promise<PushBody | HttpProblem> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') {
    return httpProblem('unsupported_encoding', 'the body must be plain or gzip, as Content-Encoding says');
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_WIRE_BYTES) return tooLarge('', MAX_WIRE_BYTES);

  const taken = { bytes: 0 };
  const take = (bytes: number): boolean => {
    if (!budget.take(bytes)) return false;
    taken.bytes += bytes;
    return true;
  };
  const release = (): void => {
    budget.give(taken.bytes);
    taken.bytes = 0;
  };
  let read: PushBody | HttpProblem | undefined;
  try {
    const wire = await collect(request, take);
    if (!Buffer.isBuffer(wire)) return wire;
    const plain = encoding === 'gzip' ? await unpackWithin(wire, take, most) : wire;
    if (!Buffer.isBuffer(plain)) return plain;
    const packed = encoding === 'gzip' ? wire : undefined;
    // The texts made from it cost about as much again, but pass quickly.
    const surplus = taken.bytes - plain.length - (packed?.length ?? 0);
    if (surplus > 0) {
      budget.give(surplus);
      taken.bytes -= surplus;
    }
    read = { kind: 'body', bytes: plain, ...(packed === undefined ? {} : { packed }), take, release };
    return read;
  } finally {
    if (read === undefined) release();
  }
}

/** The bytes as they arrive; listeners are gone when it is done, and the stream is paused where it was too large. */
function collect(request: Readable, take: (bytes: number) => boolean): Promise<Buffer | HttpProblem> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const leave = (): void => {
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      const problem = length > MAX_WIRE_BYTES ? tooLarge('', MAX_WIRE_BYTES) : take(chunk.length) ? undefined : busy();
      if (problem === undefined) {
        chunks.push(chunk);
        return;
      }
      leave();
      resolve(problem);
    };
    const onEnd = (): void => {
      leave();
      resolve(Buffer.concat(chunks));
    };
    const onGone = (): void => {
      leave();
      reject(new DeviceGoneError());
    };
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

async function unpackWithin(
  wire: Buffer,
  take: (bytes: number) => boolean,
  most: number,
): Promise<Buffer | HttpProblem> {
  if (!take(mostUnpacked(wire, most))) return busy();
  try {
    return await unpack(wire, most);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      return tooLarge(' when unpacked', most);
    }
    return httpProblem('bad_body', 'the body is not whole gzip data');
  }
}

function tooLarge(when: string, limit: number): HttpProblem {
  return httpProblem(
    'too_large',
    `the body is larger than ${Math.round((10 * limit) / 2 ** 20) / 10} MiB${when}; push fewer series`,
  );
}

export function busy(): HttpProblem {
  return httpProblem('busy', 'the gateway reads too many pushes at once; push again in a few seconds');
}
