import { hash } from 'node:crypto';

/**
 * Finds whose a request is, and slows down who guesses tokens. An address has a number of failures to spend, which come
 * back with time; once they are spent its requests are not even looked at. A household in which some devices have a
 * wrong token, each trying a few times a minute, never gets there.
 *
 * @param now epoch milliseconds
 * @param shown the header with the token; one that was accepted from this address in the last day is looked at whatever
 * others at the address do
 * @param find whose it is; undefined where it is nobody's
 */
export type AuthRateLimiter = <T>(
  address: string,
  now: number,
  shown: string | undefined,
  find: () => T | undefined,
) => T | 'slow_down' | undefined;

export const FREE_FAILURES = 60;
/** One failure is forgiven in that time. */
export const FORGIVEN_AFTER_MS = 1000;
export const ACCEPTED_FOR_MS = 24 * 3_600_000;
/** Beyond it the address that failed, or was accepted, longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

export function createAuthRateLimiter(): AuthRateLimiter {
  /** The failures of an address, as of the time it failed last. */
  const spent = new Map<string, { failures: number; at: number }>();
  /** When a token was accepted last from an address; by a hash of both, so that the token is not kept. */
  const known = new Map<string, number>();
  const failuresOf = (address: string, now: number): number => {
    const entry = spent.get(address);
    // A clock that was set back adds nothing to what was spent.
    return entry === undefined ? 0 : Math.max(0, entry.failures - Math.abs(now - entry.at) / FORGIVEN_AFTER_MS);
  };
  return (address, now, shown, find) => {
    const mark = shown === undefined ? '' : hash('sha256', `${address}\n${shown}`, 'base64');
    const acceptedAt = known.get(mark) ?? Number.NEGATIVE_INFINITY;
    const failures = failuresOf(address, now);
    if (failures >= FREE_FAILURES && Math.abs(now - acceptedAt) >= ACCEPTED_FOR_MS) return 'slow_down';
    const found = find();
    if (found === undefined) putLast(spent, address, { failures: failures + 1, at: now });
    else if (shown !== undefined) putLast(known, mark, now);
    return found;
  };
}

function putLast<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_ADDRESSES && oldest !== undefined) map.delete(oldest);
}
