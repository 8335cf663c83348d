import { z } from 'zod';
import { namedSchema } from '../../core/json.ts';
import { type Quota, type Reason, reason, unknownQuota } from '../verdict/reading.ts';
import { findInBody, isUnlimited, parseRefillDate, parseUserinfo, ungrouped } from './header.ts';
import { monthly, nextReset } from './reset.ts';

/** Where an airport's figures come from: `Origin` of `[airport.NAME]`. */
export const ORIGINS = ['subscription', 'counter', 'kernel'] as const;
export type OriginName = (typeof ORIGINS)[number];

/** What to ask an origin, and what signs in. */
interface AirportRequest {
  /** Never logged, never shown. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer of an origin; its body is read no further than somebody asks for. */
export interface AirportResponse {
  readonly status: number;
  /** When it came, epoch milliseconds. */
  readonly at: number;
  /**
   * The first header that is not empty, else the first, whose name, in lower case, fits, without spaces around it; where
   * the answer has none that says something, that of the redirects to it, the last one first.
   */
  header(fits: (name: string) => boolean): string | undefined;
  /** The first bytes of the body, unpacked; fewer when it ends or fails before. */
  body(most: number): Promise<string>;
}

/** What an answer says: figures, with the instant that they are of where it is not that of the answer; or why none. */
type OriginResult = { readonly quota: Quota; readonly at?: number } | { readonly reason: Reason };

/** One kind of source. Adding another kind of airport is adding one of these. */
export interface Origin {
  /** @param address as the settings have it */
  request(address: string, options: OriginOptions): AirportRequest;
  read(response: AirportResponse, options: OriginOptions): Promise<OriginResult>;
}

/** What else the settings say of an origin. */
export interface OriginOptions {
  /** Of the kernel's API. */
  readonly secret?: string | undefined;
  /** The name that the kernel has for the airport. */
  readonly provider?: string;
}

/** Why an answer without figures holds none, by its status. */
function reasonOfStatus({ status }: Pick<AirportResponse, 'status'>): Reason {
  if (status === 429) return reason('http_rate_limited');
  if (status === 401 || status === 403) return reason('http_forbidden', String(status));
  return reason('http_status', String(status));
}

/** Lines that stand in for the header are among the first ten; reading more would only cost the airport traffic. */
const SUBSCRIPTION_BYTES = 8 * 1024;
/** What V2Board and its kin answer to a token that is none, or is none any more. */
const TOKEN_REFUSED = /token is error/i;

/**
 * The `Subscription-Userinfo` header of a subscription, whatever the status it comes with: some panels send it with 403
 * or 404. Only when it is missing are the first lines of the body looked at.
 */
export const subscriptionOrigin: Origin = {
  request: (url) => ({ url, headers: {} }),
  async read(response) {
    const found = await figuresOf(response);
    const refill = response.header((name) => name === 'subscription-refill-date');
    if ('reason' in found || refill === undefined) return found;
    return { quota: { ...found.quota, reset: parseRefillDate(refill) } };
  },
};

async function figuresOf(response: AirportResponse): Promise<OriginResult> {
  // Also behind the prefixes that object stores add (`x-amz-meta-…`); Mihomo takes the first too.
  const header = response.header((name) => name === 'subscription-userinfo' || name.endsWith('-subscription-userinfo'));
  if (header === '') return { quota: unknownQuota([reason('header_empty')]) };
  if (header !== undefined) return { quota: parseUserinfo(header) };
  const head = await response.body(SUBSCRIPTION_BYTES);
  if (response.status === 403 && TOKEN_REFUSED.test(head)) return { reason: reason('link_spent') };
  if (response.status !== 200) return { reason: reasonOfStatus(response) };
  const quota = quotaInBody(head, response.at);
  return quota === undefined ? { reason: reason(head === '' ? 'http_empty' : 'header_missing') } : { quota };
}

/**
 * What the beginning of a body says: a line that stands in for the header, or the JSON of a counter.
 *
 * @param at epoch milliseconds
 */
export function quotaInBody(head: string, at: number): Quota | undefined {
  const line = findInBody(head);
  if (line !== undefined) return parseUserinfo(line);
  const counter = readCounter(head, at);
  return 'quota' in counter ? counter.quota : undefined;
}

/** Where JustMySocks' servers count days. */
const COUNTER_ZONE = 'America/Los_Angeles';
/** A counter is a line; a page of an error is longer. */
const COUNTER_BYTES = 64 * 1024;

/** A number, or one as text. */
const writtenNumber = z
  .string()
  .transform((text) => ungrouped(text.trim()))
  .pipe(z.string().regex(/^\d+$/).transform(Number));
const counterFigure = z.union([z.number(), writtenNumber]).pipe(z.number().nonnegative());
const counterSchema = z.object({
  monthly_bw_limit_b: counterFigure,
  bw_counter_b: counterFigure,
  bw_reset_day_of_month: z
    .union([
      z.null(),
      z.literal('').transform(() => null),
      z.union([z.number(), writtenNumber]).pipe(z.number().int().min(1).max(31)),
    ])
    .optional(),
});

/**
 * The counter of JustMySocks and its kind: `{"monthly_bw_limit_b":…,"bw_counter_b":…,"bw_reset_day_of_month":16}`, in
 * bytes, both directions together; the use resets on that day of the month.
 */
export const counterOrigin: Origin = {
  request: (url) => ({ url, headers: {} }),
  async read(response) {
    if (response.status !== 200) return { reason: reasonOfStatus(response) };
    return readCounter(await response.body(COUNTER_BYTES), response.at);
  },
};

/** @param at epoch milliseconds */
function readCounter(text: string, at: number): OriginResult {
  const json = readJson(text);
  if (json === undefined) return { reason: reason('json_invalid') };
  const parsed = counterSchema.safeParse(json);
  if (parsed.success) return { quota: quotaOf(parsed.data, at) };
  const keys = [...new Set(parsed.error.issues.map(({ path }) => String(path[0] ?? 'monthly_bw_limit_b')))];
  return { reason: reason('json_without', keys.join(', ')) };
}

function quotaOf(answer: z.infer<typeof counterSchema>, at: number): Quota {
  const { monthly_bw_limit_b: limit, bw_counter_b: used, bw_reset_day_of_month: day } = answer;
  if (limit === 0 && used === 0) return unknownQuota([reason('header_all_zero')]);
  const unlimited = isUnlimited(limit);
  return {
    upload: null,
    download: null,
    used: Math.trunc(used),
    quota: unlimited ? null : Math.trunc(limit),
    unlimited,
    expiry: null,
    reset: day === undefined || day === null ? null : nextReset(at, monthly(day), COUNTER_ZONE),
    precision: 0,
    reasons: [reason('figures_not_split'), reason('expiry_none'), ...(unlimited ? [reason('quota_unlimited')] : [])],
  };
}

/** @returns undefined when it is not JSON */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text.trim()); // Of a byte order mark too.
  } catch {
    return undefined;
  }
}

/** A kernel lists every node of every provider with the history of its checks. */
const PROVIDERS_BYTES = 32 * 2 ** 20;

const kernelFigure = z.number().nullish();
const providersSchema = z.object({
  providers: namedSchema(
    z.object({
      updatedAt: z.string().optional(),
      subscriptionInfo: z
        .object({ Upload: kernelFigure, Download: kernelFigure, Total: kernelFigure, Expire: kernelFigure })
        .nullish(),
    }),
  ),
});

/**
 * What a Mihomo kernel remembers of a provider's header (`subscriptionInfo` of `/providers/proxies`), for airports that
 * the VPS must not ask: those of one-time links, or that only admit the device. Its figures are of the instant at which
 * the kernel last fetched the provider. A kernel keeps the last figures where the airport leaves the header out later,
 * and some builds tell zeros for "none".
 */
export const kernelOrigin: Origin = {
  request: (address, { secret }) => ({
    url: `${address.replace(/\/+$/, '')}/providers/proxies`,
    headers: secret === undefined ? {} : { Authorization: `Bearer ${secret}` },
  }),
  async read(response, { provider = '' }) {
    if (response.status === 401) return { reason: reason('kernel_secret') };
    if (response.status !== 200) return { reason: reasonOfStatus(response) };
    const json = readJson(await response.body(PROVIDERS_BYTES));
    if (json === undefined) return { reason: reason('json_invalid') };
    const parsed = providersSchema.safeParse(json);
    if (!parsed.success) return { reason: reason('json_without', String(parsed.error.issues[0]?.path.join('.'))) };
    const found = parsed.data.providers.get(provider);
    if (found === undefined) return { reason: reason('kernel_provider', provider) };
    const { subscriptionInfo: info, updatedAt = '' } = found;
    if (info === undefined || info === null) return { reason: reason('kernel_figures', provider) };
    const { Upload, Download, Total, Expire } = info;
    const written = [
      ['upload', Upload],
      ['download', Download],
      ['total', Total],
      ['expire', Expire],
    ].flatMap(([key, value]) => (value === undefined || value === null ? [] : [`${key}=${value}`]));
    const fetched = Date.parse(updatedAt);
    // Year 1 stands for "never"; a clock that runs ahead tells nothing.
    const at = fetched > 0 && fetched <= response.at ? fetched : response.at;
    return { quota: parseUserinfo(written.join('; ')), at };
  },
};
