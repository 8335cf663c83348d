import { hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { devNull, hostname } from 'node:os';
import { answerPage, type ServicePages } from '../core/pages.ts';
import { type Clock, type PeriodicTask, systemClock } from './async.ts';
import { errorCode } from './error-code.ts';
import { watchDescriptors } from './health.ts';
import { type ListenAddress, ListenError, type OpenListener, unusable } from './listen.ts';
import type { Logger } from './logger.ts';

export interface HttpListener extends OpenListener {
  readonly server: Server;
  /** Stops taking requests, ends idle connections, and resolves when the running ones are done or three seconds are over. */
  close(): Promise<void>;
}

const CLOSE_MS = 3000;

/**
 * @param options limits of time and size, for a listener that is open to the internet
 * @param tls PEM texts with which it speaks TLS only
 * @throws ListenError
 */
export async function listenHttp(
  handler: RequestListener,
  address: ListenAddress,
  options: ServerOptions = {},
  tls?: { readonly cert: string; readonly key: string },
): Promise<HttpListener> {
  const server: Server =
    tls === undefined ? createServer(options, handler) : createTlsServer({ ...options, ...tls }, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ListenError(unusable(`${address.host}:${address.port}`, error, address.setting), { cause: error }));
    });
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    origin: `${tls === undefined ? 'http' : 'https'}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        // Who never finishes a request keeps neither the process alive nor the next listener from opening.
        const patience = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
        server.close(() => {
          clearTimeout(patience);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** As {@link watchDescriptors}, of this process: whoever listens needs one for each connection. @param probe another one in tests */
export const watchFileDescriptors = (
  logger: Logger,
  clock: Clock = systemClock,
  probe: () => Promise<void> = async () => (await open(devNull, 'r')).close(),
): PeriodicTask => watchDescriptors(logger, clock, probe);

/** What a program answered, with the whole body. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  header(name: string): string | undefined;
}

/** Why there is no answer, as `errorCode` has it. Of the address it names the origin alone: the rest may be a secret. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(
    origin: string,
    readonly code: string,
  ) {
    super(`${origin} does not answer (${code})`);
  }
}

/**
 * Asks another program over HTTP. A redirect is an answer like any other unless it is to be followed: what is sent, which
 * may be a token, is for nobody else.
 *
 * @param options `timeout` in milliseconds until the whole answer is there; `form` and `json` are a body
 * @throws NoAnswerError where there is no answer in time
 */
export async function requestHttp(
  address: string,
  {
    method = 'GET',
    form,
    json,
    headers,
    timeout,
    signal,
    follow = false,
    fetch = globalThis.fetch,
  }: {
    readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly form?: Readonly<Record<string, string>>;
    readonly json?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
    readonly timeout: number;
    readonly signal?: AbortSignal;
    readonly follow?: boolean;
    readonly fetch?: typeof globalThis.fetch;
  },
): Promise<HttpAnswer> {
  const late = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(address, {
      method,
      redirect: follow ? 'follow' : 'manual',
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return { status: response.status, text, header: (name) => response.headers.get(name) ?? undefined };
  } catch (error) {
    throw new NoAnswerError(new URL(address).origin, errorCode(error));
  }
}

/** Whether an answer says that it was done. */
export const isDone = ({ status }: { readonly status: number }): boolean => status >= 200 && status < 300;

/** The text of a header, whose bytes Node shows as one character each: UTF-8, or the one-byte characters that others send. */
export function textOfHeader(header: string): string {
  const text = Buffer.from(header, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? header : text;
}

/** A header that holds a text as UTF-8: Node writes a character as one byte, and refuses those that are none. */
export const headerOfText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The pages of a service by Node's HTTP server. */
export function createPagesListener(pages: ServicePages): RequestListener {
  return async ({ method = '', url = '', headers: { host = '' } }, response) => {
    const { user, system } = process.cpuUsage();
    const figures = {
      hostname: hostname(),
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      startedAt: performance.timeOrigin / 1000,
    };
    const { status, headers, body } = await answerPage(pages, figures, { method, url, host });
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  };
}

/**
 * Finds whose a request is, and slows down who guesses tokens. An address has a number of failures to spend, which come
 * back with time; once they are spent its requests are not even looked at. A household in which some devices have a
 * wrong token, each trying a few times a minute, never gets there.
 *
 * @param now epoch milliseconds
 * @param shown the header with the token; one that was accepted from this address in the last day is looked at whatever
 * others at the address do
 * @param find whose it is; undefined where it is nobody's
 */
export type AuthRateLimiter = <T>(
  address: string,
  now: number,
  shown: string | undefined,
  find: () => T | undefined,
) => T | 'slow_down' | undefined;

export const FREE_FAILURES = 60;
/** One failure is forgiven in that time. */
export const FORGIVEN_AFTER_MS = 1000;
export const ACCEPTED_FOR_MS = 24 * 3_600_000;
/** Beyond it the address that failed, or was accepted, longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

export function createAuthRateLimiter(): AuthRateLimiter {
  /** The failures of an address, as of the time it failed last. */
  const spent = new Map<string, { failures: number; at: number }>();
  /** When a token was accepted last from an address; by a hash of both, so that the token is not kept. */
  const known = new Map<string, number>();
  const failuresOf = (address: string, now: number): number => {
    const entry = spent.get(address);
    // A clock that was set back adds nothing to what was spent.
    return entry === undefined ? 0 : Math.max(0, entry.failures - Math.abs(now - entry.at) / FORGIVEN_AFTER_MS);
  };
  return (address, now, shown, find) => {
    const mark = shown === undefined ? '' : hash('sha256', `${address}\n${shown}`, 'base64');
    const acceptedAt = known.get(mark) ?? Number.NEGATIVE_INFINITY;
    const failures = failuresOf(address, now);
    if (failures >= FREE_FAILURES && Math.abs(now - acceptedAt) >= ACCEPTED_FOR_MS) return 'slow_down';
    const found = find();
    if (found === undefined) putLast(spent, address, { failures: failures + 1, at: now });
    else if (shown !== undefined) putLast(known, mark, now);
    return found;
  };
}

function putLast<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_ADDRESSES && oldest !== undefined) map.delete(oldest);
}
