import type { IncomingMessage, RequestListener } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { networkOf } from '../../core/addresses.ts';
import type { Clock } from '../../runtime/async.ts';
import { type HttpListener, listenHttp } from '../../runtime/http.ts';
import type { ListenAddress } from '../../runtime/listen.ts';
import type { Logger } from '../../runtime/logger.ts';

/** A device on a slow line sends its few kilobytes in this time; a connection that sends nothing is closed sooner. */
const LIMITS = {
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  // Longer than the longest usual pause between two pushes, so that connections are used again.
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1000,
} as const;

/**
 * A listener that is open to the internet, within limits of time and of connections.
 *
 * @param tls as of {@link listenHttp}
 * @throws ListenError
 */
export async function listenToInternet(
  handler: RequestListener,
  address: ListenAddress,
  logNoise: NoiseLog,
  tls?: Parameters<typeof listenHttp>[3],
): Promise<HttpListener> {
  const listener = await listenHttp(handler, address, LIMITS, tls);
  guardConnections(listener.server, logNoise);
  return listener;
}

const MAX_CONNECTIONS = 4096;

/**
 * For a server that is open to the internet: answers what is not HTTP, and limits connections. Each address may have as many as
 * are free besides: one address alone takes half, and one that has none yet finds one, unless very many addresses join
 * to fill the server. No fixed number keeps out a proxy, or all the devices behind one router, while others hardly come.
 *
 * What is beyond is closed at once.
 */
export function guardConnections(server: Server, logNoise: NoiseLog, most = MAX_CONNECTIONS): void {
  server.on('clientError', answerBroken);
  server.maxConnections = most;
  const open = new Map<string, { count: number }>();
  let all = 0;
  server.on('connection', (socket: Socket) => {
    const address = networkOf(socket.remoteAddress ?? '');
    const own = open.get(address) ?? { count: 0 };
    if (own.count >= most - all) {
      logNoise('connections', { from: address, connections: own.count }, 'a connection refused');
      socket.destroy();
      return;
    }
    own.count += 1;
    all += 1;
    open.set(address, own);
    socket.once('close', () => {
      own.count -= 1;
      all -= 1;
      if (own.count === 0) open.delete(address);
    });
  });
}

/** Each kind is logged once in that time. */
const TOLD_EVERY_MS = 60_000;

/** Logs requests without a known token, once a minute for each kind and with how many came since, so that they cannot fill the disk. */
type NoiseLog = (kind: string, fields: Readonly<Record<string, unknown>>, message: string) => void;

export function createNoiseLog(logger: Logger, { now }: Pick<Clock, 'now'>): NoiseLog {
  const told = new Map<string, { at: number; since: number }>();
  return (kind, fields, message) => {
    const before = told.get(kind);
    if (before !== undefined && Math.abs(now() - before.at) < TOLD_EVERY_MS) {
      before.since += 1;
      return;
    }
    logger.warn({ ...fields, ...(before === undefined ? {} : { sinceTheLast: before.since }) }, message);
    told.set(kind, { at: now(), since: 0 });
  };
}

/** What Node's parser gives up on: the status line, and what to say. */
const ANSWER_OF_CODE: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', ['408 Request Timeout', 'the request did not arrive in time; look at the network']],
  ['HPE_HEADER_OVERFLOW', ['431 Request Header Fields Too Large', 'the headers are too large']],
]);
const BAD: readonly [string, string] = [
  '400 Bad Request',
  'this is not HTTP; [client] RemoteServer must begin with http',
];

/** Answers in JSON what is not a request, and ends the connection. */
function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = ANSWER_OF_CODE.get(error.code ?? '') ?? BAD;
  const body = `${JSON.stringify({ error: 'bad_request', message })}\n`;
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`, () => socket.destroy());
}

/** What is still read after a refusal, so that whoever asked gets the answer. */
const MAX_LEFTOVER_BYTES = 8 * 2 ** 20;

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
