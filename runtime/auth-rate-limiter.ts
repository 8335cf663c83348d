/**
 * Slows down who guesses tokens. An address has a number of failures to spend, which come back with time; once they
 * are spent its requests are not even looked at. A household in which some devices have a wrong token, each trying a
 * few times a minute, never gets there.
 */
export interface AuthRateLimiter {
  /** @param now epoch milliseconds */
  mayTry(address: string, now: number): boolean;
  failed(address: string, now: number): void;
}

export const FREE_FAILURES = 60;
/** One failure is forgiven in that time. */
export const FORGIVEN_AFTER_MS = 1000;
/** Beyond it the address that failed longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

export function createAuthRateLimiter(): AuthRateLimiter {
  /** The failures of an address, as of the time it failed last. */
  const spent = new Map<string, { failures: number; at: number }>();
  const failuresOf = (address: string, now: number): number => {
    const entry = spent.get(address);
    // A clock that was set back adds nothing to what was spent.
    return entry === undefined ? 0 : Math.max(0, entry.failures - Math.abs(now - entry.at) / FORGIVEN_AFTER_MS);
  };
  return {
    mayTry: (address, now) => failuresOf(address, now) < FREE_FAILURES,
    failed(address, now) {
      const failures = failuresOf(address, now) + 1;
      spent.delete(address);
      spent.set(address, { failures, at: now });
      const [oldest] = spent.keys();
      if (spent.size > MAX_ADDRESSES && oldest !== undefined) spent.delete(oldest);
    },
  };
}
