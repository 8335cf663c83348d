import { type Quota, unknownQuota } from '../verdict/reading.ts';
import { reason } from '../verdict/reason.ts';
import { findInBody } from './body.ts';
import { readCounter } from './counter-origin.ts';
import { parseRefillDate, parseUserinfo } from './header.ts';
import type { Answer, Found, Origin } from './origin.ts';
import { refusal } from './refusal.ts';

/** Lines that stand in for the header are among the first ten; a longer look would only cost the airport traffic. */
const HEAD_BYTES = 8 * 1024;
/** What V2Board and its kin answer to a token that is none, or is none any more. */
const TOKEN_REFUSED = /token is error/i;

/**
 * The `Subscription-Userinfo` header of a subscription, whatever the status it comes with: some panels send it with 403
 * or 404. Only when it is missing are the first lines of the body looked at.
 */
export const subscriptionOrigin: Origin = {
  question: (url) => ({ url, headers: {} }),
  async read(answer) {
    const found = await figuresOf(answer);
    const refill = answer.header((name) => name === 'subscription-refill-date');
    if ('reason' in found || refill === undefined) return found;
    return { quota: { ...found.quota, reset: parseRefillDate(refill) } };
  },
};

async function figuresOf(answer: Answer): Promise<Found> {
  // Also behind the prefixes that object stores add (`x-amz-meta-…`); Mihomo takes the first too.
  const header = answer.header((name) => name === 'subscription-userinfo' || name.endsWith('-subscription-userinfo'));
  if (header === '') return { quota: unknownQuota([reason('header_empty')]) };
  if (header !== undefined) return { quota: parseUserinfo(header) };
  const head = await answer.body(HEAD_BYTES);
  if (answer.status === 403 && TOKEN_REFUSED.test(head)) return { reason: reason('link_spent') };
  if (answer.status !== 200) return { reason: refusal(answer) };
  const quota = quotaInBody(head, answer.at);
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
