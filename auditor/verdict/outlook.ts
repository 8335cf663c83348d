import { sum } from './statistics.ts';

/** What the days to come will use, as learned from past ones. */
export interface Outlook {
  /** Bytes that so many days use together: one time of ten they use more than `above`, one time less than `below`. */
  used(days: number, side: 'above' | 'below'): number;
  /** The chance that so many days use no more than these bytes. */
  chance(bytes: number, days: number): number;
}

/** What is believed of a household before its days are seen: their standard deviation as a share of the mean. */
const USUAL_SPREAD = 0.6;
/** So many days seen weigh as much as this belief. */
const SPREAD_WORTH = 4;
/** How far the level that days scatter around may wander from one day to the next, as a share of it: each is as likely. */
const WANDERING: readonly number[] = [0.02, 0.05, 0.1];
/** A level is not believed to have come to less than this share of the mean. */
const LOWEST_LEVEL = 0.1;
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
 * How far from the plain mean of past days those to come may be. Two things set that: days scatter around a level, and
 * the level wanders (a local level, R. E. Kalman, "A New Approach to Linear Filtering", 1960). How far it wanders with this
 * airport, and how much more or less all of it misses, is learned from its own past: the forecast of every earlier night is
 * made again and held against what came (A. P. Dawid, "The Prequential Approach", 1984). No weekdays: over many kinds of
 * households they shorten the error by less than 2 %. The level serves the range alone, for as a forecast it errs more than
 * the mean.
 *
 * @param days bytes of past days, oldest first, at least one
 */
export function outlookOf(days: readonly number[]): Outlook {
  const mean = sum(days, (bytes) => bytes) / days.length;
  const beliefs = beliefsOf(days);
  const known = new Map<number, Middle>();
  /** Of all beliefs together. */
  const together = (ahead: number): Middle => {
    const found = known.get(ahead) ?? mixed(beliefs, ahead);
    known.set(ahead, found);
    return found;
  };
  const tenth = tenthOf(days.length);
  return {
    used(ahead, side) {
      const { middle, variance } = together(ahead);
      return ahead * mean * Math.exp(middle + (side === 'above' ? 1 : -1) * tenth * Math.sqrt(variance));
    },
    chance(bytes, ahead) {
      const { middle, variance } = together(ahead);
      const above = Math.log(bytes / (ahead * mean)) - middle;
      // The normal distribution, near enough by the logistic one.
      return 1 / (1 + Math.exp((-1.702 * TENTH * above) / (tenth * Math.sqrt(variance))));
    },
  };
}

/** Deviations from the middle to the highest tenth; more after few days, whose scatter itself is unsure. */
function tenthOf(days: number): number {
  // Student's distribution by its first term (Abramowitz and Stegun, 26.7.5).
  return TENTH + (TENTH ** 3 + TENTH) / (4 * Math.max(1, days - 1));
}

/** The level that days are around at their end, where it wanders so far; all as shares of their mean. */
interface WanderingLevel {
  readonly wandering: number;
  /** Bytes of the mean day. */
  readonly mean: number;
  /** The variance of a day around the level. */
  readonly scatter: number;
  readonly level: number;
  /** The variance of what is known of the level. */
  readonly unsure: number;
}

function wanderingLevel(days: readonly number[], wandering: number): WanderingLevel {
  const mean = sum(days, (bytes) => bytes) / days.length;
  const squares = sum(days, (bytes) => (bytes / mean - 1) ** 2);
  const scatter = (squares + SPREAD_WORTH * USUAL_SPREAD ** 2) / (days.length - 1 + SPREAD_WORTH);
  let [level, unsure] = [(days[0] ?? 0) / mean, scatter];
  for (const bytes of days.slice(1)) {
    const before = unsure + wandering ** 2;
    const gain = before / (before + scatter);
    level += gain * (bytes / mean - level);
    unsure = before * (1 - gain);
  }
  return { wandering, mean, scatter, level: Math.max(LOWEST_LEVEL, level), unsure };
}

/** Of the logarithm of the mean of some days to come over that of past ones. */
interface Middle {
  readonly middle: number;
  readonly variance: number;
}

/**
 * Few days together are likelier to lie below their mean than above it, for some days are much dearer: means are of a
 * log-normal kind, and ln(1 + v) is the variance of the logarithm where v is that of the share.
 */
function coming({ wandering, scatter, level, unsure }: WanderingLevel, ahead: number): Middle {
  // Of the hours of a day nothing is known.
  const days = Math.max(1, ahead);
  return {
    middle: Math.log(level) + (Math.log(1 + unsure) - Math.log(1 + scatter / days)) / 2,
    variance: Math.log(1 + scatter / days + unsure + (wandering ** 2 * days) / 3),
  };
}

/** What the past makes of one way to wander. */
interface Belief {
  readonly level: WanderingLevel;
  /** How likely it is, 1 for all together. */
  readonly weight: number;
  /** By how much its past forecasts missed, 1 being what they said. */
  readonly error: number;
}

/** What several beliefs say together: their middles differ too. */
function mixed(beliefs: readonly Belief[], ahead: number): Middle {
  let [middle, squares] = [0, 0];
  for (const { level, weight, error } of beliefs) {
    const one = coming(level, ahead);
    middle += weight * one.middle;
    squares += weight * (one.variance * error ** 2 + one.middle ** 2);
  }
  return { middle, variance: Math.max(0, squares - middle ** 2) };
}

function beliefsOf(days: readonly number[]): Belief[] {
  const all = WANDERING.map((wandering) => ({
    level: wanderingLevel(days, wandering),
    ...pastForecasts(days, wandering),
  }));
  const highest = Math.max(...all.map(({ likelihood }) => likelihood));
  const odds = all.map(({ likelihood }) => Math.exp(likelihood - highest));
  const total = sum(odds, (each) => each);
  return all.map(({ level, error }, index) => ({ level, error, weight: (odds[index] ?? 0) / total }));
}

/** How well past forecasts did: the logarithm of their likelihood, and their error, in which the belief weighs as one night. */
function pastForecasts(days: readonly number[], wandering: number): { likelihood: number; error: number } {
  let likelihood = 0;
  let [squares, count] = [HORIZONS.length, HORIZONS.length];
  for (let night = FIRST_NIGHT; night < days.length; night += 1) {
    const level = wanderingLevel(days.slice(0, night), wandering);
    if (level.mean === 0) continue;
    for (const ahead of HORIZONS) {
      if (night + ahead > days.length) break;
      const came = sum(days.slice(night, night + ahead), (bytes) => bytes) / (ahead * level.mean);
      const { middle, variance } = coming(level, ahead);
      const miss = Math.min(ODDEST ** 2, (Math.log(Math.max(NOTHING, came)) - middle) ** 2 / variance);
      // Forecasts of so many days in a row see the same days so often.
      likelihood -= (Math.log(variance) + miss) / 2 / ahead;
      squares += miss;
      count += 1;
    }
  }
  return { likelihood, error: Math.sqrt(squares / count) };
}
