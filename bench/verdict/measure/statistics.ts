import { createRandom } from '../../../simulator/random.ts';
import { normal } from '../world/chance.ts';

/** Counts that add up over households, by what they count. */
export type Tally<Key extends string> = Readonly<Record<Key, number>>;

export function addTallies<Key extends string>(a: Tally<Key>, b: Tally<Key>): Tally<Key> {
  const sums = { ...a } as Record<Key, number>;
  for (const key of Object.keys(b) as Key[]) sums[key] = (sums[key] ?? 0) + b[key];
  return sums;
}

/**
 * The upper end of the one-sided interval of 95 % for how many events are to be expected where some were counted: the
 * mean at which so few would be seen one time in twenty.
 */
export function upperMean(count: number): number {
  let [low, high] = [count, count + 4 * Math.sqrt(count + 1) + 4];
  for (let step = 0; step < 60; step += 1) {
    const mean = (low + high) / 2;
    if (chanceOfAtMost(count, mean) > 0.05) low = mean;
    else high = mean;
  }
  return high;
}

function chanceOfAtMost(count: number, mean: number): number {
  let [term, sum] = [Math.exp(-mean), 0];
  for (let each = 0; each <= count; each += 1) {
    sum += term;
    term *= mean / (each + 1);
  }
  return sum;
}

/** 50 MB on top of 5 GB at a noise of 0.5 %, in standard deviations of a day. */
const SHIFT = 1.95;
const BASELINE_DAYS = 14;
const WITHIN = 14;
/** Ten years. */
const DAYS_BETWEEN_ALARMS = 3650;

/** How soon the best test sees a drip on Gaussian days. */
interface DripLimit {
  /** Share that is seen in a fortnight. */
  readonly within14: number;
  /** Mean days of those that are seen. */
  readonly delay: number;
}

/**
 * Page's CUSUM with half of the shift as its allowance, on days of a normal distribution whose mean was learned from a
 * fortnight.
 */
export function dripLimit(runs: number): DripLimit {
  const random = createRandom('limit of drips');
  const allowance = SHIFT / 2;
  const limit = thresholdFor(allowance);
  let [found, delays] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const bias = normal(random) / Math.sqrt(BASELINE_DAYS);
    let sum = 0;
    for (let day = 1; day <= WITHIN; day += 1) {
      sum = Math.max(0, sum + SHIFT + normal(random) - bias - allowance);
      if (sum <= limit) continue;
      found += 1;
      delays += day;
      break;
    }
  }
  return { within14: found / runs, delay: delays / found };
}

/** The level that is passed so rarely without a shift, by Siegmund's approximation. */
function thresholdFor(allowance: number): number {
  const between = (limit: number): number => {
    const reach = 2 * allowance * (limit + 1.166);
    return (Math.exp(reach) - reach - 1) / (2 * allowance ** 2);
  };
  let [low, high] = [0, 20];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (between(middle) < DAYS_BETWEEN_ALARMS) low = middle;
    else high = middle;
  }
  return high;
}
