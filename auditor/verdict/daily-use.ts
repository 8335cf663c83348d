const DAY = 24 * 3_600_000;

/** What an airport billed over a stretch of time, as far as readings tell. */
export interface Stretch {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** A habit of more than two months ago is another habit. */
const DAYS_BACK = 56;
/** The share of a day that must be covered; the rest is taken to be like it. */
const COVERED = 0.95;

/**
 * Bytes of each past day that readings cover, oldest first; what is not covered is left out, not counted as nothing. Days
 * are counted back from now, so that no time zone is needed.
 *
 * @param now epoch milliseconds
 */
export function dailyUse(stretches: readonly Stretch[], now: number): number[] {
  const days: number[] = [];
  for (let back = DAYS_BACK; back > 0; back -= 1) {
    const bytes = bytesWithin(stretches, now - back * DAY, now - (back - 1) * DAY);
    if (bytes !== undefined) days.push(bytes);
  }
  return days;
}

/** Bytes between two instants where stretches cover nearly all of it, each spread evenly. */
function bytesWithin(stretches: readonly Stretch[], from: number, to: number): number | undefined {
  let [bytes, covered] = [0, 0];
  for (const stretch of stretches) {
    const overlap = Math.min(to, stretch.to) - Math.max(from, stretch.from);
    if (overlap <= 0) continue;
    covered += overlap;
    bytes += (stretch.bytes * overlap) / (stretch.to - stretch.from);
  }
  return covered < COVERED * (to - from) ? undefined : (bytes * (to - from)) / covered;
}
