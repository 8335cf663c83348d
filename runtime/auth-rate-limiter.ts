/**
 * Slows down who guesses tokens. An address has a number of failures to spend, which come back with time; once they
 * are spent its requests are not even looked at. A household in which some devices have a wrong token, each trying a
 * few times a minute, never gets there.
 */
export interface AuthRateLimiter {
  /**
   * @param now epoch milliseconds
   * @param token what tells it from others, which need not be a secret; one that was accepted from this address in the
   * last day passes whatever others at the address do
   */
  mayTry(address: string, now: number, token?: string): boolean;
  failed(address: string, now: number): void;
  accepted(address: string, now: number, token: string): void;
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
  /** When a token was accepted last from an address. */
  const known = new Map<string, number>();
  const failuresOf = (address: string, now: number): number => {
    const entry = spent.get(address);
    // A clock that was set back adds nothing to what was spent.
    return entry === undefined ? 0 : Math.max(0, entry.failures - Math.abs(now - entry.at) / FORGIVEN_AFTER_MS);
  };
  return {
    mayTry(address, now, token) {
      if (failuresOf(address, now) < FREE_FAILURES) return true;
      const at = token === undefined ? undefined : known.get(`${address}\n${token}`);
      return at !== undefined && Math.abs(now - at) < ACCEPTED_FOR_MS;
    },
    accepted(address, now, token) {
      const key = `${address}\n${token}`;
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
