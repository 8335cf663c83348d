import { setTimeout as delay } from 'node:timers/promises';

/** The time, as an argument: tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after that many milliseconds, or at once when the signal aborts; it never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    try {
      await delay(milliseconds, undefined, { signal });
    } catch {
      // Aborted: whoever sleeps looks at the signal next.
    }
  },
};
