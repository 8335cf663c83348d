const DAY_MS = 86_400_000;
/** A pause between two frames counts as no more: a clock that jumps must not pass for time that went by. */
const LONGEST_STEP_MS = 60_000;
/** How long a day must have been in use before it counts: a router without a battery is in 1970 for some seconds. */
const IN_USE_MS = 600_000;

/** As plain JSON. */
export interface SavedDaysOfUse {
  /** Milliseconds that only days of use let pass. */
  readonly now: number;
  /** The day that counted last, since the epoch. */
  readonly day: number;
}

/**
 * A time that goes on by a day with every calendar day (UTC) on which frames came for ten minutes, and stands still
 * else. What was idle for 40 days of it was idle for 40 real ones, wherever the device's clock has been meanwhile.
 */
export interface DaysOfUse {
  /** A frame came; what time it is now. */
  pass(at: number): number;
  save(): SavedDaysOfUse | undefined;
}

/** @param start the time to begin with where nothing was saved, epoch milliseconds; the first frame's when left out */
export function createDaysOfUse(saved: SavedDaysOfUse | undefined, start?: number): DaysOfUse {
  let time = saved === undefined ? undefined : { ...saved };
  let last: number | undefined;
  let inUse = { day: Number.NaN, milliseconds: 0 };
  return {
    pass(at) {
      const day = Math.floor(at / DAY_MS);
      time ??= { now: start ?? at, day };
      const step = last === undefined ? 0 : Math.min(LONGEST_STEP_MS, Math.max(0, at - last));
      last = at;
      if (inUse.day !== day) inUse = { day, milliseconds: 0 };
      if (day === time.day) return time.now;
      inUse.milliseconds += step;
      if (inUse.milliseconds >= IN_USE_MS) time = { now: time.now + DAY_MS, day };
      return time.now;
    },
    save: () => time,
  };
}
