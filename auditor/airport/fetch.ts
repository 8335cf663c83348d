import type { IncomingMessage } from 'node:http';
import axios, { AxiosError, type AxiosInstance } from 'axios';
import { type Reading, type ReadingOutcome, readingOutcome, unknownQuota } from '../verdict/reading.ts';
import { type Reason, reason } from '../verdict/reason.ts';
import { readHead } from './body.ts';
import { parseRefillDate, parseUserinfo } from './header.ts';
import { quotaInBody } from './origin.ts';
import { proxyAgents } from './proxy-agents.ts';

/** Panels send the header to Clash clients only, and firewalls in front of them refuse unknown programs. */
const USER_AGENT = 'clash.meta/v1.19.23';
const TIMEOUT_MS = 20_000;
const MAX_REDIRECTS = 5;
/** A Retry-After beyond is a mistake of the airport. */
const LONGEST_PAUSE = 24 * 3_600_000;

/** What one request to an airport gave; `retryAfter` is how long the airport asks to be left alone, in milliseconds. */
export type FetchOutcome = ReadingOutcome & { readonly retryAfter?: number };

export interface AirportClient {
  /**
   * One GET of a subscription, its body cancelled; none while the airport asks to be left alone (Retry-After). Never
   * throws; no outcome holds the URL.
   */
  read(url: string, ways?: AirportWays): Promise<FetchOutcome>;
}

/** How an airport wants to be asked. */
export interface AirportWays {
  readonly userAgent?: string;
  /** `http://`, `https://` or `socks5://`; what signs in to it is a secret. */
  readonly proxy?: string;
}

/**
 * Reads airports over HTTP. Asks once, through the proxy of the settings and never one of the environment (else the airport sees the VPS' own address), and
 * drops the connection as soon as the header is in; only when it is missing does it look at the first lines of the body.
 *
 * @param clock epoch milliseconds
 */
export function createAirportClient({ clock }: { readonly clock: () => number }): AirportClient {
  const http = axios.create({
    responseType: 'stream',
    maxRedirects: MAX_REDIRECTS,
    timeout: TIMEOUT_MS,
    proxy: false,
    decompress: false,
    // The header counts whatever the status: some panels send it with 403 or 404.
    validateStatus: () => true,
    headers: { 'User-Agent': USER_AGENT, Accept: '*/*', 'Accept-Encoding': 'gzip, deflate, br' },
  });
  const leftAlone = new Map<string, number>();
  return {
    async read(url, ways = {}) {
      const until = leftAlone.get(url) ?? 0;
      if (clock() < until)
        return { known: false, at: clock(), reasons: [reason('http_rate_limited')], retryAfter: until - clock() };
      try {
        const outcome = await request(http, url, clock, ways);
        if (outcome.retryAfter !== undefined) leftAlone.set(url, clock() + Math.min(outcome.retryAfter, LONGEST_PAUSE));
        return outcome;
      } catch (error) {
        return { known: false, at: clock(), reasons: [explainFailure(error)] };
      }
    },
  };
}

async function request(
  http: AxiosInstance,
  url: string,
  clock: () => number,
  { userAgent, proxy }: AirportWays,
): Promise<FetchOutcome> {
  const response = await http.get<IncomingMessage>(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(userAgent === undefined ? {} : { headers: { 'User-Agent': userAgent } }),
    ...(proxy === undefined ? {} : proxyAgents(proxy)),
  });
  const at = clock();
  const body = response.data;
  try {
    const header = userinfoHeader(body.rawHeaders);
    const quota =
      header === undefined
        ? response.status === 200
          ? quotaInBody(await readHead(body), at)
          : undefined
        : header === ''
          ? unknownQuota([reason('header_empty')])
          : parseUserinfo(header);
    if (quota === undefined) return withRetry({ known: false, at, reasons: [missing(response.status, body)] }, body);
    const refill = firstHeader(body.rawHeaders, (name) => name === 'subscription-refill-date');
    const reading: Reading = { at, ...quota, reset: refill === undefined ? quota.reset : parseRefillDate(refill) };
    return withRetry(readingOutcome(reading), body);
  } finally {
    body.destroy();
  }
}

/** The first such header, also behind the prefixes that object stores add (`x-amz-meta-…`); Mihomo takes the first too. */
function userinfoHeader(raw: readonly string[]): string | undefined {
  return firstHeader(raw, (name) => name === 'subscription-userinfo' || name.endsWith('-subscription-userinfo'));
}

function firstHeader(raw: readonly string[], wanted: (name: string) => boolean): string | undefined {
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (wanted((raw[index] ?? '').toLowerCase())) return (raw[index + 1] ?? '').trim();
  }
  return undefined;
}

function missing(status: number, { headers }: IncomingMessage): Reason {
  if (status === 429) return reason('http_rate_limited');
  if (status === 401 || status === 403) return reason('http_forbidden', String(status));
  if (status !== 200) return reason('http_status', String(status));
  return reason(headers['content-length'] === '0' ? 'http_empty' : 'header_missing');
}

function withRetry(outcome: ReadingOutcome, { headers }: IncomingMessage): FetchOutcome {
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? { ...outcome, retryAfter: seconds * 1000 } : outcome;
}

/** Errors of axios carry the request with its URL: only their code goes on. */
function explainFailure(error: unknown): Reason {
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
