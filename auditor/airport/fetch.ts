import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import axios, { AxiosError, type AxiosInstance } from 'axios';
import { headerOfText, textOfHeader } from '../../runtime/http.ts';
import { readSettingsText } from '../../runtime/settings-file.ts';
import { type ReadingOutcome, type Reason, readingOutcome, reason, type UsableReading } from '../verdict/reading.ts';
import { readHead } from './body.ts';
import { kernelOrigin } from './kernel-origin.ts';
import { providerName } from './nodes.ts';
import { type AirportResponse, counterOrigin, type Origin, type OriginName, type OriginOptions } from './origins.ts';
import { proxyAgent } from './proxy-agents.ts';
import { createRedirectGuard, InwardRedirectError, type Resolve } from './redirect-guard.ts';
import { NO_RULES, type Subscription } from './settings.ts';
import { subscriptionOrigin } from './subscription.ts';

/** Panels send the header to Clash clients only, and firewalls in front of them refuse unknown programs. */
const USER_AGENT = 'clash.meta/v1.19.23';
const TIMEOUT_MS = 20_000;
const MAX_REDIRECTS = 5;
const HOUR = 3_600_000;
/** A Retry-After beyond is a mistake of the airport. */
const LONGEST_PAUSE = 24 * HOUR;
/** Airports ban who asks again after a refusal: after each one in a row the pause is longer. */
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
interface AirportOptions extends OriginOptions {
  /** The subscription itself by default. */
  readonly origin?: OriginName | undefined;
  readonly userAgent?: string | undefined;
  /** What else the airport wants to be told, such as `X-HWID`: names and values, which are secrets. */
  readonly headers?: readonly (readonly [string, string])[] | undefined;
  /** `http://`, `https://` or `socks5://`; what signs in to it is a secret. */
  readonly proxy?: string | undefined;
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

/**
 * The first header that is wanted and not empty, else an empty one.
 *
 * @param raw names and values by turns, as Node has them
 */
function firstHeader(raw: readonly string[], wanted: (name: string) => boolean): string | undefined {
  let found: string | undefined;
  for (let index = 0; index + 1 < raw.length && !found; index += 2) {
    if (wanted((raw[index] ?? '').toLowerCase())) found = (raw[index + 1] ?? '').trim();
  }
  return found;
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

/** A reading younger than this is used again rather than asking the airport, which logs and limits requests. */
export const FRESH_FOR = 10 * 60_000;
/** Who asks for now means now; airports bear one more request. */
export const FRESH_FOR_A_PERSON = 30_000;
const SPENT_FOR = 24 * 3_600_000;

/** What is remembered of an airport: its last reading, that at which the open window began, and a link that is spent. */
interface Remembered {
  readonly latest: UsableReading | null;
  readonly anchor: { readonly reading: UsableReading } | null;
  readonly spentLink: SpentLink | null;
}

/** A link that the airport does not take any more: its SHA-256, and when the airport last said so. */
interface SpentLink {
  readonly hash: string;
  readonly at: number;
}

/** An outcome, and the link that is known to be spent. */
export type CurrentReading = ReadingOutcome & { readonly spentLink?: SpentLink };

/**
 * The state of one airport now: a remembered reading where it is young enough and not the start of the window itself,
 * else one request. A link that the airport does not take any more is asked for once a day until another takes its place,
 * through restarts too: who keeps asking with a dead link looks like an attacker, and airports make mistakes.
 *
 * @param now epoch milliseconds
 * @param fresh how young a remembered reading must be, in milliseconds
 */
export async function currentReading(
  client: AirportClient,
  subscription: Subscription,
  { latest, anchor, spentLink }: Remembered,
  now: number,
  fresh: number,
): Promise<CurrentReading> {
  const { url, urlFile } = subscription;
  const young = latest !== null && now - latest.at < fresh && latest.at <= now;
  const spent = spentLink === null ? {} : { spentLink };
  if (young && latest.at !== anchor?.reading.at) return { known: true, reading: latest, ...spent };
  const address = urlFile === undefined ? url : await readAddress(urlFile);
  if (address === undefined) return { known: false, at: now, reasons: [reason('address_missing')] };
  const hash = createHash('sha256').update(address).digest('hex');
  if (hash === spentLink?.hash && now - spentLink.at < SPENT_FOR)
    return { known: false, at: now, reasons: [reason('link_spent')], ...spent };
  const outcome = await client.read(address, optionsOf(subscription));
  const refused = !outcome.known && outcome.reasons.some(({ code }) => code === 'link_spent');
  return refused ? { ...outcome, spentLink: { hash, at: now } } : outcome;
}

/** The one line of a file that is an address, next to comments and notes; undefined where none or several are. */
async function readAddress(file: string): Promise<string | undefined> {
  const text = await readSettingsText(file).catch(() => '');
  const lines = text.split(/[\r\n]+/).map((line) => line.trim().replace(/^(["'])(.*)\1$/, '$2'));
  const addresses = new Set(lines.filter((line) => /^https?:/i.test(line) && URL.canParse(line)));
  return addresses.size === 1 ? [...addresses][0] : undefined;
}

function optionsOf({ name, rules = NO_RULES }: Subscription): AirportOptions {
  const { userAgent, headers, proxy, origin, secret, providers } = rules;
  return { provider: providers[0] ?? providerName(name), userAgent, headers, proxy, origin, secret };
}
