import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { type Device, readStateHeader, STATE_HEADER, writeStateHeader } from '../../core/device-id.ts';
import type { Clock } from '../../runtime/async.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createAuthenticator, type Token } from '../access/authenticate.ts';
import {
  availableMemory,
  type ByteBudget,
  createUserBudgets,
  MAX_UNPACKED_BYTES,
  MAX_WIRE_BYTES,
  memoryLimits,
} from '../access/limits.ts';
import { createPushParser, type ParsedPush } from '../contract/push-parser.ts';
import { createNoiseLog, discardRest } from '../http/connections.ts';
import { answerJson, answerProblem, type HttpProblem, httpProblem } from '../http/problem.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { PushService } from './push-service.ts';

export interface PushHandlerOptions {
  readonly pushes: PushService;
  readonly kept: Pick<KeptPushes, 'usage'>;
  readonly metrics: GatewayMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The tokens that are good as of now. */
  tokens(): readonly Token[];
  /** Whom a request comes from; see `clientAddress`. */
  addressOf(request: IncomingMessage): string;
}

/** Of the name of a series besides its characters, and of its value. */
const SERIES_BYTES = 56;

/** What a push takes besides its body until it is stored, about: the names of its series, of two bytes a character. */
function parsedBytes({ text, ledger }: ParsedPush): number {
  return 2 * text.length + SERIES_BYTES * ledger.series.length;
}

/** The only requests that are served: a device's push and its read-back. */
export function createPushHandler({
  pushes,
  kept,
  metrics,
  clock,
  logger,
  tokens,
  addressOf,
}: PushHandlerOptions): RequestListener {
  const limits = memoryLimits(availableMemory());
  const budgetOf = createUserBudgets(limits.bodies, limits.userBodies);
  const authenticate = createAuthenticator(clock, tokens, addressOf);
  const logNoise = createNoiseLog(logger, clock);
  const parser = createPushParser(limits.layouts);

  async function takePush(request: IncomingMessage, device: Device): Promise<{ kind: 'accepted' } | HttpProblem> {
    const state = readStateHeader(request.headers[STATE_HEADER.toLowerCase()]);
    if (state === undefined) {
      return httpProblem('bad_state_header', `${STATE_HEADER} must read "<state id> <sequence>"; update the exporter`);
    }
    const body = await readPushBody(request, budgetOf(device.user), limits.body);
    if (body.kind === 'refused') return body;
    try {
      const push = parser.parse(device, body.bytes, body.packed);
      if (push.kind === 'refused') return push;
      if (!body.take(parsedBytes(push))) return busy();
      const result = await pushes.push(device, state, push);
      if (result.kind === 'accepted') metrics.accepted(device, body.bytes.length, clock.now());
      return result;
    } finally {
      body.release();
    }
  }

  async function handlePush(request: IncomingMessage, response: ServerResponse, device: Device): Promise<void> {
    const begun = performance.now();
    const result = await takePush(request, device);
    metrics.took((performance.now() - begun) / 1000);
    if (result.kind === 'accepted') answerJson(response, 200, { status: 'accepted' });
    else refusePush(request, response, result, device);
  }

  async function handleReadBack(response: ServerResponse, device: Device): Promise<void> {
    // Who asks often and reads slowly has as little memory for it as for pushes.
    const budget = budgetOf(device.user);
    const bytes = kept.usage.of(device);
    if (!budget.take(bytes)) return answerProblem(response, busy());
    response.once('close', () => budget.give(bytes));
    const result = await pushes.readBack(device);
    if (result.kind === 'refused') return answerProblem(response, result);
    if (result.kind === 'nothing') {
      return answerProblem(response, httpProblem('not_found', 'nothing was accepted from this device yet; push first'));
    }
    response.writeHead(200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      [STATE_HEADER]: writeStateHeader(result.push),
      // Besides Date, this tells how long ago it was let through, whatever the device's clock says.
      'last-modified': new Date(result.push.at).toUTCString(),
    });
    response.end(result.text);
  }

  function refusePush(request: IncomingMessage, response: ServerResponse, problem: HttpProblem, device?: Device): void {
    metrics.refused(problem.code);
    const { code, message } = problem;
    const fields = { code, message, from: addressOf(request), user: device?.user, instance: device?.deviceId };
    if (device === undefined) logNoise(code, fields, 'push refused');
    else logger.warn(fields, 'push refused');
    answerProblem(response, problem);
    discardRest(request);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const device = authenticate(request);
    if (device.kind === 'refused') {
      if (request.method === 'PUT') return refusePush(request, response, device);
      answerProblem(response, device);
      return discardRest(request);
    }
    const { user, deviceId } = device;
    if (request.method === 'PUT') await handlePush(request, response, { user, deviceId });
    else await handleReadBack(response, { user, deviceId });
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (error instanceof DeviceGoneError) {
        logger.info('a device went away while it pushed');
        return;
      }
      logger.error({ err: error }, 'a request failed');
      if (response.headersSent) response.destroy();
      else
        answerJson(response, 500, { error: 'internal', message: 'the gateway failed; its log on the server says why' });
    });
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
export interface PushBody {
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
