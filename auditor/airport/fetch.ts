import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import axios, { AxiosError, type AxiosInstance } from 'axios';
import { headerOfText, textOfHeader } from '../../runtime/http.ts';
import { type ReadingOutcome, type Reason, readingOutcome, reason } from '../verdict/reading.ts';
import { firstHeader } from './header.ts';
import {
  type AirportResponse,
  counterOrigin,
  kernelOrigin,
  type Origin,
  type OriginName,
  type OriginOptions,
  subscriptionOrigin,
} from './origins.ts';
import { proxyAgent } from './proxy-agents.ts';
import { createRedirectGuard, InwardRedirectError, type Resolve } from './redirect-guard.ts';

/** Panels send the header to Clash clients only, and firewalls in front of them refuse unknown programs. */
const USER_AGENT = 'clash.meta/v1.19.23';
const TIMEOUT_MS = 20_000;
const MAX_REDIRECTS = 5;
const HOUR = 3_600_000;
/** A Retry-After beyond is a mistake of the airport. */
const LONGEST_PAUSE = 24 * HOUR;
/** Who was refused and asks on is banned: refusals in a row are answered with longer silence. */
const REFUSALS = [401, 403, 404, 410];
const REFUSED_FOR = [HOUR, 6 * HOUR, 24 * HOUR];

const ORIGIN_OF: Readonly<Record<OriginName, Origin>> = {
  subscription: subscriptionOrigin,
  counter: counterOrigin,
  kernel: kernelOrigin,
};

/** What one request to an airport gave; `retryAfter` is how long the airport asks to be left alone, in milliseconds. */
export type FetchOutcome = ReadingOutcome & { readonly retryAfter?: number };

export interface AirportClient {
  /**
   * One GET of what tells an airport's figures, its body read no further than needed and cancelled; none while the
   * airport asks to be left alone (Retry-After), or has just refused. Never throws; no outcome holds the URL.
   */
  read(url: string, options?: AirportOptions): Promise<FetchOutcome>;
}

/** How an airport wants to be asked. */
export interface AirportOptions extends OriginOptions {
  /** The subscription itself by default. */
  readonly origin?: OriginName;
  readonly userAgent?: string;
  /** What else the airport wants to be told, such as `X-HWID`: names and values, which are secrets. */
  readonly headers?: readonly (readonly [string, string])[];
  /** `http://`, `https://` or `socks5://`; what signs in to it is a secret. */
  readonly proxy?: string;
}

/**
 * Reads airports over HTTP: asks once, through the proxy of the settings and never one of the environment (else the
 * airport sees the VPS' own address), and drops the connection as soon as the figures are in.
 *
 * @param clock epoch milliseconds
 * @param resolve finds the addresses of names; as the system does by default
 */
export function createAirportClient({ clock }: { readonly clock: () => number }, resolve?: Resolve): AirportClient {
  const http = axios.create({
    responseType: 'stream',
    maxRedirects: MAX_REDIRECTS,
    timeout: TIMEOUT_MS,
    proxy: false,
    decompress: false,
    // What a status means is for the origin to say.
    validateStatus: () => true,
    headers: { 'User-Agent': USER_AGENT, Accept: '*/*', 'Accept-Encoding': 'gzip, deflate, br' },
  });
  /** Until when an airport is not asked again, and why. */
  const leftAlone = new Map<string, { readonly until: number; readonly reasons: readonly Reason[] }>();
  const refusals = new Map<string, number>();
  return {
    async read(url, options = {}) {
      const now = clock();
      // An edit of the settings is a new attempt.
      const key = JSON.stringify([url, options]);
      const pause = leftAlone.get(key);
      if (pause !== undefined && now < pause.until)
        return { known: false, at: now, reasons: pause.reasons, retryAfter: pause.until - now };
      try {
        const { status, retryAfter, outcome } = await request(http, url, clock, options, resolve);
        const count = !outcome.known && REFUSALS.includes(status) ? (refusals.get(key) ?? 0) + 1 : 0;
        refusals.set(key, count);
        const refused = REFUSED_FOR[Math.min(count, REFUSED_FOR.length) - 1] ?? 0;
        const rest = Math.min(Math.max(retryAfter, refused), LONGEST_PAUSE);
        const reasons = outcome.known ? [reason('http_rate_limited')] : outcome.reasons;
        if (rest > 0) leftAlone.set(key, { until: clock() + rest, reasons });
        return rest > 0 ? { ...outcome, retryAfter: rest } : outcome;
      } catch (error) {
        return { known: false, at: clock(), reasons: [explainFailure(error)] };
      }
    },
  };
}

interface Exchange {
  readonly status: number;
  /** Milliseconds; 0 when the airport does not say. */
  readonly retryAfter: number;
  readonly outcome: ReadingOutcome;
}

async function request(
  http: AxiosInstance,
  address: string,
  clock: () => number,
  options: AirportOptions,
  resolve: Resolve | undefined,
): Promise<Exchange> {
  const { userAgent, headers: wanted = [], proxy, origin = 'subscription' } = options;
  const { request: ask, read } = ORIGIN_OF[origin];
  const { url, headers } = ask(address, options);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const agent = proxy === undefined ? undefined : proxyAgent(proxy, signal);
  /** Names and values of redirects, the last one first. */
  const redirects: string[][] = [];
  const headerIn =
    (answers: readonly (readonly string[])[]): AirportResponse['header'] =>
    (fits) =>
      answers.reduce<string | undefined>((found, each) => found || (firstHeader(each, fits) ?? found), undefined);
  let target = new URL(url);
  const guard = createRedirectGuard(target.hostname, resolve);
  const asked = http.get<IncomingMessage>(url, {
    signal,
    headers: {
      ...headers,
      ...(userAgent === undefined ? {} : { 'User-Agent': userAgent }),
      ...Object.fromEntries(wanted.map(([name, value]) => [name, headerOfText(value)])),
    },
    httpAgent: agent,
    httpsAgent: agent,
    // A proxy resolves names itself.
    ...(agent === undefined ? { lookup: guard.lookup } : {}),
    beforeRedirect(next, { headers: passed }) {
      guard.follow(String(next.hostname));
      redirects.unshift(Object.entries(passed).flat());
      target = new URL(textOfHeader(passed.location ?? ''), target);
      next.path = next.pathname = target.pathname;
      next.path += target.search;
    },
  });
  const readFrom = async (response: AirportResponse): Promise<ReadingOutcome> => {
    const found = await read(response, options);
    return 'reason' in found
      ? { known: false, at: response.at, reasons: [found.reason] }
      : readingOutcome({ at: found.at ?? response.at, ...found.quota });
  };
  let incoming: Awaited<typeof asked>;
  try {
    incoming = await asked;
  } catch (error) {
    // Where they lead nobody answers, or no program that reads pages, as `clash://`: what they said themselves counts.
    const response = { status: 302, at: clock(), header: headerIn(redirects), body: async () => '' };
    const outcome = await readFrom(response);
    if (!outcome.known) throw error;
    return { status: response.status, retryAfter: 0, outcome };
  }
  const body = incoming.data;
  const response: AirportResponse = {
    status: incoming.status,
    at: clock(),
    header: headerIn([body.rawHeaders, ...redirects]),
    body: (most) => readHead(body, most),
  };
  try {
    const outcome = await readFrom(response);
    return { status: incoming.status, retryAfter: pauseOf(body.headers['retry-after'], response.at), outcome };
  } finally {
    body.destroy();
  }
}

/** `Retry-After`, in seconds or as a date, as milliseconds from now; 0 when it is neither. */
function pauseOf(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  const pause = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return pause > 0 ? pause : 0;
}

/** Errors of axios carry the request with its URL: only their code goes on. */
function explainFailure(error: unknown): Reason {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof InwardRedirectError) return reason('fetch_redirect_inward');
  const code = error instanceof AxiosError || error instanceof Error ? String((error as { code?: unknown }).code) : '';
  const about = error instanceof AxiosError ? error.message : '';
  if (code === 'EPROXY_UNREACHABLE') return reason('proxy_unreachable', about);
  if (code === 'EPROXY_SIGN_IN') return reason('proxy_sign_in', about);
  if (code === 'EPROXY_NO_ROUTE') return reason('proxy_no_route', about);
  if (axios.isCancel(error) || /TIMEDOUT|ECONNABORTED|ABORT|TIMEOUT/.test(code)) return reason('fetch_timeout');
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) return reason('fetch_name');
  if (code === 'ECONNREFUSED') return reason('fetch_refused');
  if (code === 'ERR_FR_TOO_MANY_REDIRECTS') return reason('fetch_redirects', String(MAX_REDIRECTS));
  if (/CERT|TLS|SSL|SELF_SIGNED|EPROTO/.test(code)) return reason('fetch_tls', code);
  return reason('fetch_failed', /^[A-Z][A-Z\d_]+$/.test(code) ? code : undefined);
}

const BODY_TIMEOUT_MS = 10_000;

/**
 * The first bytes of a body, unpacked; empty when it cannot be unpacked. The rest is left to the caller to cancel.
 */
async function readHead(body: IncomingMessage, most: number): Promise<string> {
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
