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
interface Pace {
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

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** What is left of a weight after some milliseconds. A leap of the clock must not pass for years without use. */
const fading = (elapsed: number, time: number): number => Math.exp(-Math.min(elapsed, DAY_MS) / time);

function createPace(saved: SavedPace = { burst: 0, mean: 0, busiest: 0 }): Pace {
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

/** As plain JSON; parts are absent in states that did not tell them. */
export interface SavedLosses {
  /** What kernels may have moved through proxies, at most, after the last that was seen of them. Bytes. */
  readonly lost?: number | undefined;
  readonly pace?: SavedPace | undefined;
  /** By when the kernel of the last frame had ended, epoch milliseconds; absent when that is not known. */
  readonly goneAt?: number | undefined;
}

/**
 * An estimate from above of what no counter holds: the bytes that a kernel moved after the last that was seen of it and
 * before it restarted. Times are epoch milliseconds.
 */
export interface Losses {
  /** So many bytes went through proxies in so many milliseconds. */
  pass(elapsed: number, proxied: number): void;
  /** A frame has come. */
  noteSeen(): void;
  /** The kernel of the last frame does not run any more. */
  noteGone(at: number): void;
  /** The machine of the kernel has started; when the last was seen of the kernel. */
  noteMachineStart(at: number, seenAt: number): void;
  /** By when the kernel of the last frame had ended, as another one's is there. */
  endedBy(at: number): number;
  /** A kernel has ended of which the last was seen some milliseconds before. */
  add(unseen: number): void;
  lost(): number;
  save(): SavedLosses;
}

export function createLosses(saved: SavedLosses = {}): Losses {
  const pace = createPace(saved.pace);
  let lost = saved.lost ?? 0;
  let { goneAt } = saved;
  return {
    pass: (elapsed, proxied) => pace.pass(elapsed, proxied),
    noteSeen() {
      goneAt = undefined;
    },
    noteGone(at) {
      goneAt ??= at;
    },
    noteMachineStart(at, seenAt) {
      // The kernel ended with the machine, and the last frame or the last state came a moment before.
      if (at > seenAt) goneAt ??= Math.min(at, seenAt + MINUTE_MS);
    },
    endedBy: (at) => Math.min(at, goneAt ?? at),
    add(unseen) {
      lost += pace.within(unseen);
    },
    lost: () => lost,
    save: () => ({ lost, pace: pace.save(), goneAt }),
  };
}
