const WEEK = 7;
/** Deviations beyond are odd windows, which tell nothing of their neighbours. */
const ODD = 4;
/** However well windows make up for each other, something is left. */
const LEAST = 0.05;

/**
 * How much more, or less, a sum of windows in a row varies than as many independent ones: above 1 where windows resemble
 * their neighbours, such as weekends; below 1 where they make up for each other, such as bills that come in batches, of
 * which only the ends of the sum are left over. Newey and West's estimate over a week, believed as far as windows tell.
 *
 * @param deviations of windows in a row, in standard deviations
 * @returns by the number of windows in the sum
 */
export function longRunOf(deviations: readonly number[]): (windows: number) => number {
  const count = deviations.length;
  const lags = Math.min(WEEK, Math.floor(count / 4));
  const clipped = deviations.map((each) => Math.max(-ODD, Math.min(ODD, each)));
  const variance = clipped.reduce((total, each) => total + each ** 2, 0);
  if (lags === 0 || variance === 0) return () => 1;
  let ratio = 1;
  for (let lag = 1; lag <= lags; lag += 1) {
    let product = 0;
    for (let index = lag; index < count; index += 1) product += (clipped[index] ?? 0) * (clipped[index - lag] ?? 0);
    ratio += (2 * (1 - lag / (lags + 1)) * product) / variance;
  }
  const believed = Math.max(LEAST, 1 + ((ratio - 1) * count) / (count + 2 * WEEK));
  return believed >= 1 ? () => believed : (windows) => believed + (1 - believed) / windows;
}
