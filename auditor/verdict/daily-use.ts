const DAY = 24 * 3_600_000;
const WEEK = 7;

/** What an airport billed over a stretch of time, as far as readings tell. */
export interface Stretch {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** How days go, as learned from past ones. */
export interface Habit {
  /** Expected bytes of the day that ends so many days from now; 1 is the coming one. */
  expected(day: number): number;
  /** Standard deviation of a single day. */
  readonly spread: number;
  /** Standard deviation of the mean of all days. */
  readonly unsure: number;
}

/** A habit of more than a few weeks ago is another habit. */
const DAYS_BACK = 28;
/** The weight of a day halves in so many. */
const HALF_LIFE = 14;
/** A weekday is believed as far as it was seen; this many days of the mean stand against it. */
const MEAN_WORTH = 3;
/** What is believed of the spread before it is seen, as a share of the mean, and how many days that is worth. */
const USUAL_SPREAD = 0.6;
const SPREAD_WORTH = 4;

/**
 * How days go, from stretches of the last four weeks: the mean, newer days counting more, and what is special about each
 * day of the week. Days are counted back from now, so that no time zone is needed.
 *
 * @param now epoch milliseconds
 * @returns undefined when not even one whole day is covered
 */
export function habitOf(stretches: readonly Stretch[], now: number): Habit | undefined {
  const days: { readonly back: number; readonly bytes: number; readonly weight: number }[] = [];
  for (let back = 0; back < DAYS_BACK; back += 1) {
    const bytes = bytesWithin(stretches, now - (back + 1) * DAY, now - back * DAY);
    if (bytes !== undefined) days.push({ back, bytes, weight: 0.5 ** (back / HALF_LIFE) });
  }
  if (days.length === 0) return undefined;
  const weights = days.reduce((sum, { weight }) => sum + weight, 0);
  const mean = days.reduce((sum, { bytes, weight }) => sum + bytes * weight, 0) / weights;
  const factors = Array.from({ length: WEEK }, (_, weekday) => {
    const same = days.filter(({ back }) => back % WEEK === weekday);
    const sum = same.reduce((total, { bytes }) => total + bytes, 0);
    return mean === 0 ? 1 : (sum + MEAN_WORTH * mean) / ((same.length + MEAN_WORTH) * mean);
  });
  const factorOf = (back: number): number => factors[((back % WEEK) + WEEK) % WEEK] ?? 1;
  const squares = days.reduce((sum, { back, bytes }) => sum + (bytes - mean * factorOf(back)) ** 2, 0);
  const spread = Math.sqrt((squares + SPREAD_WORTH * (USUAL_SPREAD * mean) ** 2) / (days.length + SPREAD_WORTH));
  const effective = weights ** 2 / days.reduce((sum, { weight }) => sum + weight ** 2, 0);
  return { expected: (day) => mean * factorOf(-day), spread, unsure: spread / Math.sqrt(effective) };
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
  return covered < 0.95 * (to - from) ? undefined : (bytes * (to - from)) / covered;
}
