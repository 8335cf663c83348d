import { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import { ungrouped } from '../../core/units.ts';
import { isUnlimited, type Quota, type Reason, reason, unknownQuota } from '../verdict/reading.ts';
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
export type OriginResult = { readonly quota: Quota; readonly at?: number } | { readonly reason: Reason };

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
export function reasonOfStatus({ status }: Pick<AirportResponse, 'status'>): Reason {
  if (status === 429) return reason('http_rate_limited');
  if (status === 401 || status === 403) return reason('http_forbidden', String(status));
  return reason('http_status', String(status));
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
export function readCounter(text: string, at: number): OriginResult {
  // Trimmed of a byte order mark too.
  const json = parseJson(text.trim());
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
