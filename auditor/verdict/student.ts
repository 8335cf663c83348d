/** The value that the standard normal distribution exceeds with a chance (Acklam's approximation, to 1e-9). */
export function normalQuantile(exceeded: number): number {
  const p = 1 - exceeded;
  const low = 0.02425;
  const tail = (q: number): number =>
    (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
      4.374664141464968) *
      q +
      2.938163982698783) /
    ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
  if (p < low) return tail(Math.sqrt(-2 * Math.log(p)));
  if (exceeded < low) return -tail(Math.sqrt(-2 * Math.log(exceeded)));
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  );
}

/**
 * The value that Student's distribution exceeds with a chance: how many standard deviations a figure may be off where the
 * deviation itself is known from so many degrees of freedom only (Abramowitz and Stegun 26.7.5).
 */
export function studentQuantile(exceeded: number, freedom: number): number {
  const z = normalQuantile(exceeded);
  const n = Math.max(1, freedom);
  const z3 = z ** 3;
  const z5 = z ** 5;
  const z7 = z ** 7;
  return (
    z +
    (z3 + z) / (4 * n) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * n ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n ** 3)
  );
}
