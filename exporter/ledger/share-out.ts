/** One party to a remainder: how much it is expected to have moved, and how uncertain that is. */
export interface Claim {
  /** Expected bytes, not negative. */
  readonly mean: number;
  /** Variance of that expectation, in square bytes; 0 for a claim that is certain. */
  readonly variance: number;
}

/**
 * Shares a remainder out among claims so that the shares are whole, not negative, and add up to it exactly.
 *
 * Given independent claims and a known sum, the best linear estimate of each is its mean plus its part of the surprise
 * (`remainder − Σ mean`), in proportion to its variance. A share that would turn negative is held at zero and the rest
 * is solved again. Without variance, shares follow the means.
 *
 * @param remainder a positive whole number of bytes
 * @returns shares in the order of the claims; empty when no claim can take anything
 */
export function shareOut(remainder: number, claims: readonly Claim[]): number[] {
  const exact = new Array<number>(claims.length).fill(0);
  let open = claims.map((_, index) => index).filter((index) => canTake(claims[index]));
  if (open.length === 0) return [];
  for (;;) {
    let means = 0;
    let variances = 0;
    for (const index of open) {
      means += claims[index]?.mean ?? 0;
      variances += claims[index]?.variance ?? 0;
    }
    const surprise = remainder - means;
    let negative = false;
    for (const index of open) {
      const { mean, variance } = claims[index] ?? { mean: 0, variance: 0 };
      const share = variances > 0 ? mean + (surprise * variance) / variances : (remainder * mean) / means;
      exact[index] = share;
      negative ||= share < 0;
    }
    if (!negative) break;
    open = open.filter((index) => {
      if ((exact[index] ?? 0) > 0) return true;
      exact[index] = 0;
      return false;
    });
  }
  return roundToSum(exact, remainder);
}

function canTake(claim: Claim | undefined): boolean {
  return claim !== undefined && (claim.mean > 0 || claim.variance > 0);
}

/** Rounds so that the sum stays: down first, then one more byte to the largest fractions. */
function roundToSum(exact: readonly number[], sum: number): number[] {
  const rounded = exact.map(Math.floor);
  let missing = sum - rounded.reduce((total, value) => total + value, 0);
  const byFraction = exact
    .map((value, index) => ({ index, fraction: value - Math.floor(value), value }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.fraction - a.fraction || b.value - a.value);
  for (let turn = 0; missing !== 0 && byFraction.length > 0; turn += 1) {
    const index = byFraction[turn % byFraction.length]?.index ?? 0;
    const step = Math.sign(missing);
    if (step < 0 && (rounded[index] ?? 0) === 0) continue;
    rounded[index] = (rounded[index] ?? 0) + step;
    missing -= step;
  }
  return rounded;
}
