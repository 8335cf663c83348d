import { type Reason, reason } from '../verdict/reason.ts';

/** 9999-12-31T23:59:59Z: more than that many seconds can only be milliseconds. */
const LAST_SECOND = 253_402_300_799;
/** Before 2000 (SSPanel's default is 1989-06-04) and from 2099 on, a date stands for "none". */
const FIRST_PLAUSIBLE = 946_684_800;
const FIRST_NEVER = 4_070_908_800;

/** A number as panels write it: whole, with a fraction, or with an exponent. */
export const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;

/**
 * When a plan ends, or its use begins anew, as airports write it: seconds or milliseconds.
 *
 * @returns Unix seconds, or why there is no date: none was set (empty, 0, far in the future), or it cannot be one
 */
export function readExpiry(text: string | undefined): number | Reason {
  if (text === undefined || text === '') return reason('expiry_none');
  if (!NUMBER.test(text)) return reason('figure_invalid', 'expire');
  const written = Math.trunc(Number(text));
  if (written === 0) return reason('expiry_none');
  const seconds = written > LAST_SECOND ? Math.trunc(written / 1000) : written;
  if (seconds >= FIRST_NEVER && seconds <= LAST_SECOND) return reason('expiry_none');
  if (!(seconds >= FIRST_PLAUSIBLE && seconds < FIRST_NEVER)) return reason('expiry_implausible');
  return seconds;
}
