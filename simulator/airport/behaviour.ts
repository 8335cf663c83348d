import { z } from 'zod';

/** How an airport answers a subscription's request. */
export const behaviourSchema = z.discriminatedUnion('mode', [
  /** The header as V2Board writes it. */
  z.object({ mode: z.literal('normal') }),
  /** 200 with a body and no header. */
  z.object({ mode: z.literal('missing') }),
  /** A header of zeros, as some kernels and panels give for "unknown". */
  z.object({ mode: z.literal('all-zero') }),
  /** A header that says nothing usable. */
  z.object({ mode: z.literal('garbage') }),
  /** This header value, whatever it is. */
  z.object({ mode: z.literal('header'), value: z.string() }),
  /** 403 without a header, as for a dead or refused token. */
  z.object({ mode: z.literal('forbidden') }),
  /** The normal answer to one request, and 403 to those that follow, as links that work once. */
  z.object({ mode: z.literal('one-time') }),
  /** A counter in JSON as JustMySocks has it, without a header; `value` is sent instead where given. */
  z.object({ mode: z.literal('counter'), value: z.string().optional() }),
  /** 429 with `Retry-After`, in seconds. */
  z.object({ mode: z.literal('rate-limited'), retryAfter: z.number().default(60) }),
  /** 200 with neither header nor body, as V2Board answers an expired user. */
  z.object({ mode: z.literal('empty') }),
  /** The normal answer after so many milliseconds. */
  z.object({ mode: z.literal('slow'), delay: z.number() }),
  /** 302 to another path, which answers normally. */
  z.object({ mode: z.literal('redirect') }),
  /** The connection is cut before an answer. */
  z.object({ mode: z.literal('reset') }),
]);
export type AirportBehaviour = z.infer<typeof behaviourSchema>;
