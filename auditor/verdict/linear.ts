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
