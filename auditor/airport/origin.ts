import { z } from 'zod';
import { type Quota, unknownQuota } from '../verdict/reading.ts';
import { reason } from '../verdict/reason.ts';
import { findInBody } from './body.ts';
import { parseUserinfo } from './header.ts';
import { nextReset } from './reset.ts';
import { isUnlimited } from './unlimited.ts';

/**
 * Where an airport's figures may stand when it sends no header: a reader of one form of body.
 *
 * @returns undefined when the body is not of that form
 */
type Origin = (head: string, at: number) => Quota | undefined;

/** Lines that stand in for the header. */
const lines: Origin = (head) => {
  const line = findInBody(head);
  return line === undefined ? undefined : parseUserinfo(line);
};

/** Where JustMySocks' servers count days. */
const COUNTER_ZONE = 'America/Los_Angeles';

const counterAnswer = z.object({
  monthly_bw_limit_b: z.number().nonnegative(),
  bw_counter_b: z.number().nonnegative(),
  bw_reset_day_of_month: z.number().int().min(1).max(31).optional(),
});

/** The counter of JustMySocks: `{"monthly_bw_limit_b":…,"bw_counter_b":…,"bw_reset_day_of_month":16}`. */
const counter: Origin = (head, at) => {
  const answer = counterAnswer.safeParse(readJson(head));
  if (!answer.success) return undefined;
  const { monthly_bw_limit_b: limit, bw_counter_b: used, bw_reset_day_of_month: day } = answer.data;
  if (limit === 0 && used === 0) return unknownQuota([reason('header_all_zero')]);
  const unlimited = isUnlimited(limit);
  return {
    upload: null,
    download: null,
    used: Math.trunc(used),
    quota: unlimited ? null : Math.trunc(limit),
    unlimited,
    expiry: null,
    reset: day === undefined ? null : nextReset(at, day, COUNTER_ZONE),
    precision: 0,
    reasons: [reason('figures_not_split'), reason('expiry_none'), ...(unlimited ? [reason('quota_unlimited')] : [])],
  };
};

const ORIGINS: readonly Origin[] = [lines, counter];

/**
 * What the beginning of a body says, by the first origin that knows its form.
 *
 * @param at epoch milliseconds
 */
export function quotaInBody(head: string, at: number): Quota | undefined {
  for (const origin of ORIGINS) {
    const quota = origin(head, at);
    if (quota !== undefined) return quota;
  }
  return undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
