import { z } from 'zod';
import { type Quota, unknownQuota } from '../verdict/reading.ts';
import { reason } from '../verdict/reason.ts';
import type { Origin, OriginResult } from './origin.ts';
import { reasonOfStatus } from './refusal.ts';
import { monthly, nextReset } from './reset.ts';
import { isUnlimited } from './unlimited.ts';

/** Where JustMySocks' servers count days. */
const COUNTER_ZONE = 'America/Los_Angeles';
/** A counter is a line; a page of an error is longer. */
const COUNTER_BYTES = 64 * 1024;

const counterFigure = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.number().nonnegative());
const counterSchema = z.object({
  monthly_bw_limit_b: counterFigure,
  bw_counter_b: counterFigure,
  bw_reset_day_of_month: z.number().int().min(1).max(31).optional(),
});

/**
 * The counter of JustMySocks and its kind: `{"monthly_bw_limit_b":…,"bw_counter_b":…,"bw_reset_day_of_month":16}`, in
 * bytes, both directions together; the use begins anew on that day of the month.
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
    reset: day === undefined ? null : nextReset(at, monthly(day), COUNTER_ZONE),
    precision: 0,
    reasons: [reason('figures_not_split'), reason('expiry_none'), ...(unlimited ? [reason('quota_unlimited')] : [])],
  };
}

/** @returns undefined when it is not JSON */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
