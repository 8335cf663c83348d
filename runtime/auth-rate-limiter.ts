import { hash } from 'node:crypto';

/**
 * Slows down who guesses tokens. An address has a number of failures to spend, which come back with time; once they
 * are spent its requests are not even looked at. A household in which some devices have a wrong token, each trying a
 * few times a minute, never gets there.
 */
export interface AuthRateLimiter {
  /**
   * @param now epoch milliseconds
   * @param shown the header with the token; one that was accepted from this address in the last day passes whatever
   * others at the address do
   */
  mayTry(address: string, now: number, shown?: string): boolean;
  failed(address: string, now: number): void;
  accepted(address: string, now: number, shown: string): void;
}

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
  return {
    mayTry(address, now, shown) {
      if (failuresOf(address, now) < FREE_FAILURES) return true;
      const at = shown === undefined ? undefined : known.get(markOf(address, shown));
      return at !== undefined && Math.abs(now - at) < ACCEPTED_FOR_MS;
    },
    accepted(address, now, shown) {
      const key = markOf(address, shown);
      known.delete(key);
      known.set(key, now);
      const [oldest] = known.keys();
      if (known.size > MAX_ADDRESSES && oldest !== undefined) known.delete(oldest);
    },
    failed(address, now) {
      const failures = failuresOf(address, now) + 1;
      spent.delete(address);
      spent.set(address, { failures, at: now });
      const [oldest] = spent.keys();
      if (spent.size > MAX_ADDRESSES && oldest !== undefined) spent.delete(oldest);
    },
  };
}

const markOf = (address: string, shown: string): string => hash('sha256', `${address}\n${shown}`, 'base64');
