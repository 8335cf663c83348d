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

/** What the days to come will use, as learned from past ones. */
export interface Outlook {
  /** Bytes of a day, as expected. */
  readonly mean: number;
  /** Bytes that so many days use together: one time of ten they use more than `above`, one time less than `below`. */
  used(days: number, side: 'above' | 'below'): number;
  /** The chance that so many days use no more than these bytes. */
  chance(bytes: number, days: number): number;
}

/** What is believed of a household before its days are seen: their standard deviation as a share of the mean. */
const USUAL_SPREAD = 0.6;
/** So many days seen weigh as much as this belief. */
const SPREAD_WORTH = 4;
/** How far the level that days scatter around wanders from one day to the next, as a share of it: a fifth in a month. */
const WANDERING = 0.04;
/** How far past forecasts looked ahead, in days. */
const HORIZONS: readonly number[] = [1, 2, 4, 7, 14, 28];
/** The first night on which a forecast can be looked back at. */
const FIRST_NIGHT = 3;
/** Less than this share of what was expected is as good as nothing, of which there is no logarithm. */
const NOTHING = 0.05;
/** Beyond so many deviations a night is an odd one, which says no more about the others. */
const ODDEST = 2.5;
/** Standard deviations of a normal distribution between its middle and its highest tenth. */
const TENTH = 1.2816;

/**
 * The plain mean of the days, and how far it may be off. Two things set that: days scatter around a level, and the
 * level wanders (as white noise and random walk in D. W. Allan, "Statistics of Atomic Frequency Standards", 1966). How much
 * more or less that is with this airport is learned from its own past: the forecast of every earlier night is made again
 * and held against what came (A. P. Dawid, "The Prequential Approach", 1984). No weekdays and no weights by age: over many
 * kinds of households they shorten the error of the plain mean by less than 2 %, and a shorter mean lengthens it.
 *
 * @param days bytes of past days, oldest first, at least one
 */
export function outlookOf(days: readonly number[]): Outlook {
  const belief = beliefOf(days);
  const widened = belief.tenth * pastError(days);
  return {
    mean: belief.mean,
    used: (ahead, side) =>
      ahead *
      belief.mean *
      Math.exp(belief.centre(ahead) + (side === 'above' ? 1 : -1) * widened * belief.deviation(ahead)),
    chance(bytes, ahead) {
      const above = Math.log(bytes / (ahead * belief.mean)) - belief.centre(ahead);
      // The normal distribution, near enough by the logistic one.
      return 1 / (1 + Math.exp((-1.702 * TENTH * above) / (widened * belief.deviation(ahead))));
    },
  };
}

/** What days tell of those to come, as the logarithm of their mean over the mean of past ones. */
interface Belief {
  readonly mean: number;
  /** Where the middle is: few days together are likelier to lie below the mean than above it, for some are much dearer. */
  centre(ahead: number): number;
  readonly deviation: (ahead: number) => number;
  /** Deviations from the middle to the highest tenth; more after few days, whose scatter itself is unsure. */
  readonly tenth: number;
}

function beliefOf(days: readonly number[]): Belief {
  const count = days.length;
  const mean = days.reduce((sum, bytes) => sum + bytes, 0) / count;
  const squares = days.reduce((sum, bytes) => sum + (bytes / mean - 1) ** 2, 0);
  const scatter = (squares + SPREAD_WORTH * USUAL_SPREAD ** 2) / (count - 1 + SPREAD_WORTH);
  return {
    mean,
    // Both means are of a log-normal kind: ln(1 + v) is the variance of the logarithm where v is that of the share.
    centre: (ahead) => (Math.log(1 + scatter / count) - Math.log(1 + scatter / whole(ahead))) / 2,
    deviation(ahead) {
      const scattered = scatter / whole(ahead) + scatter / count;
      return Math.sqrt(Math.log(1 + scattered + (WANDERING ** 2 * (whole(ahead) + count)) / 3));
    },
    // Student's distribution by its first term (Abramowitz and Stegun, 26.7.5).
    tenth: TENTH + (TENTH ** 3 + TENTH) / (4 * Math.max(1, count - 1)),
  };
}

/** Of the hours of a day nothing is known. */
function whole(ahead: number): number {
  return Math.max(1, ahead);
}

/** By how much past forecasts missed, 1 being what was believed; the belief weighs as much as one night. */
function pastError(days: readonly number[]): number {
  let [squares, count] = [HORIZONS.length, HORIZONS.length];
  for (let night = FIRST_NIGHT; night < days.length; night += 1) {
    const belief = beliefOf(days.slice(0, night));
    if (belief.mean === 0) continue;
    for (const ahead of HORIZONS) {
      if (night + ahead > days.length) break;
      const came = days.slice(night, night + ahead).reduce((sum, bytes) => sum + bytes, 0) / (ahead * belief.mean);
      const miss = (Math.log(Math.max(NOTHING, came)) - belief.centre(ahead)) / belief.deviation(ahead);
      squares += Math.min(ODDEST, Math.abs(miss)) ** 2;
      count += 1;
    }
  }
  return Math.sqrt(squares / count);
}
