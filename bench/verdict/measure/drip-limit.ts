import { createRandom } from '../../../simulator/random.ts';
import { normal } from '../world/chance.ts';

/** 50 MB beside 5 GB at a noise of 0.5 %, in standard deviations of a day. */
const SHIFT = 1.95;
const BASELINE_DAYS = 14;
const WITHIN = 14;
/** Ten years. */
const DAYS_BETWEEN_ALARMS = 3650;

/** How soon the best test sees a drip on Gaussian days. */
export interface DripLimit {
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
