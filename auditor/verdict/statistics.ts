/** Adds up a figure of each. */
export function sum<T>(all: readonly T[], of: (each: T, index: number) => number): number {
  return all.reduce((total, each, index) => total + of(each, index), 0);
}

/** A square matrix by rows. */
export type Matrix = readonly ArrayLike<number>[];

/**
 * The lower triangle L of a symmetric positive definite matrix, so that L·Lᵀ is the matrix (Cholesky).
 *
 * @throws RangeError where the matrix is not positive definite
 */
export function cholesky(matrix: Matrix): Float64Array[] {
  const lower: Float64Array[] = [];
  for (let row = 0; row < matrix.length; row += 1) {
    const values = matrix[row] as ArrayLike<number>;
    const line = new Float64Array(matrix.length);
    lower.push(line);
    for (let column = 0; column <= row; column += 1) {
      const other = lower[column] as Float64Array;
      let rest = values[column] as number;
      for (let index = 0; index < column; index += 1) rest -= (line[index] as number) * (other[index] as number);
      if (column < row) line[column] = rest / (other[column] as number);
      else if (rest > 0) line[column] = Math.sqrt(rest);
      else throw new RangeError('the matrix is not positive definite');
    }
  }
  return lower;
}

/** The inverse of a symmetric positive definite matrix from its lower triangle. */
export function inverse(lower: Matrix): Float64Array[] {
  return lower.map((_, column) => {
    const unit = new Float64Array(lower.length);
    unit[column] = 1;
    return solve(lower, unit);
  });
}

/** Solves L·Lᵀ·x = b. */
export function solve(lower: Matrix, target: ArrayLike<number>): Float64Array {
  const x = forward(lower, target);
  for (let row = lower.length - 1; row >= 0; row -= 1) {
    let rest = x[row] as number;
    for (let index = row + 1; index < lower.length; index += 1) {
      rest -= ((lower[index] as ArrayLike<number>)[row] as number) * (x[index] as number);
    }
    x[row] = rest / ((lower[row] as ArrayLike<number>)[row] as number);
  }
  return x;
}

/** Solves L·x = b; the squares of x add up to what the inverse of L·Lᵀ makes of b. */
export function forward(lower: Matrix, target: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(target);
  for (let row = 0; row < lower.length; row += 1) {
    const line = lower[row] as ArrayLike<number>;
    let rest = x[row] as number;
    for (let index = 0; index < row; index += 1) rest -= (line[index] as number) * (x[index] as number);
    x[row] = rest / (line[row] as number);
  }
  return x;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

/** fᵀ·M·f. */
export function quadratic(matrix: Matrix, f: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < matrix.length; row += 1) {
    if (f[row] !== 0) sum += (f[row] as number) * dot(matrix[row] as ArrayLike<number>, f);
  }
  return sum;
}

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

/** The middle of some values, the higher one of two; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** How far values are from their median, the nearest first. */
export function distancesFromMedian(values: readonly number[]): number[] {
  const middle = median(values);
  return values.map((each) => Math.abs(each - middle)).sort((a, b) => a - b);
}
