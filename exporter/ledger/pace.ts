/** Bytes per millisecond, as plain JSON. */
export interface SavedPace {
  /** The highest from one frame to the next, fading within a minute or so. */
  readonly burst: number;
  /** The mean of the last hour or so. */
  readonly mean: number;
  /** The highest such mean, fading within a week or so. */
  readonly busiest: number;
}

/** How fast bytes moved lately, for a guess at how many may have moved while nobody looked. */
export interface Pace {
  /** So many bytes moved in so many milliseconds. */
  pass(elapsed: number, bytes: number): void;
  /**
   * At most so many bytes moved in a span, if use went on as it does: in its first minute as in the minute before it,
   * since what was under way goes on, and beyond as in the busiest hour of the last days.
   *
   * @param span milliseconds; what is beyond a day is left out, for a device that is away so long may well be off
   */
  within(span: number): number;
  save(): SavedPace;
}

export const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** What is left of a weight after some milliseconds. A leap of the clock must not pass for years without use. */
const fading = (elapsed: number, time: number): number => Math.exp(-Math.min(elapsed, DAY_MS) / time);

export function createPace(saved: SavedPace = { burst: 0, mean: 0, busiest: 0 }): Pace {
  let { burst, mean, busiest } = saved;
  return {
    pass(elapsed, bytes) {
      const rate = bytes / elapsed;
      burst = Math.max(rate, burst * fading(elapsed, MINUTE_MS));
      mean = rate + (mean - rate) * fading(elapsed, HOUR_MS);
      busiest = Math.max(mean, busiest * fading(elapsed, WEEK_MS));
    },
    within(span) {
      const first = Math.min(Math.max(0, span), MINUTE_MS);
      const rest = Math.min(Math.max(0, span), DAY_MS) - first;
      return Math.ceil(burst * first + busiest * rest);
    },
    save: () => ({ burst, mean, busiest }),
  };
}
