import { type Quota, unknownQuota } from '../verdict/reading.ts';
import { reason } from '../verdict/reason.ts';
import { findInBody } from './body.ts';
import { readCounter } from './counter-origin.ts';
import { parseRefillDate, parseUserinfo } from './header.ts';
import type { AirportResponse, Origin, OriginResult } from './origin.ts';
import { reasonOfStatus } from './refusal.ts';

/** Lines that stand in for the header are among the first ten; a longer look would only cost the airport traffic. */
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
