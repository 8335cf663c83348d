/** A square matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/**
 * The lower triangle L of a symmetric positive definite matrix, so that L·Lᵀ is the matrix (Cholesky).
 *
 * @throws RangeError where the matrix is not positive definite
 */
export function cholesky(matrix: Matrix): number[][] {
  const lower: number[][] = [];
  for (const [row, values] of matrix.entries()) {
    const line: number[] = [];
    for (let column = 0; column <= row; column += 1) {
      const other = column === row ? line : (lower[column] ?? []);
      let rest = values[column] ?? 0;
      for (let index = 0; index < column; index += 1) rest -= (line[index] ?? 0) * (other[index] ?? 0);
      if (column < row) line.push(rest / (other[column] ?? 1));
      else if (rest > 0) line.push(Math.sqrt(rest));
      else throw new RangeError('the matrix is not positive definite');
    }
    lower.push(line);
  }
  return lower;
}

/** The inverse of a symmetric positive definite matrix from its lower triangle. */
export function inverse(lower: Matrix): number[][] {
  const size = lower.length;
  return Array.from({ length: size }, (_, column) =>
    solve(
      lower,
      Array.from({ length: size }, (_unit, row) => (row === column ? 1 : 0)),
    ),
  );
}

/** Solves L·Lᵀ·x = b. */
export function solve(lower: Matrix, target: readonly number[]): number[] {
  const size = lower.length;
  const x = [...target];
  for (let row = 0; row < size; row += 1) {
    let rest = x[row] ?? 0;
    for (let index = 0; index < row; index += 1) rest -= (lower[row]?.[index] ?? 0) * (x[index] ?? 0);
    x[row] = rest / (lower[row]?.[row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let rest = x[row] ?? 0;
    for (let index = row + 1; index < size; index += 1) rest -= (lower[index]?.[row] ?? 0) * (x[index] ?? 0);
    x[row] = rest / (lower[row]?.[row] ?? 1);
  }
  return x;
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** fᵀ·M·f. */
export function quadratic(matrix: Matrix, f: readonly number[]): number {
  let sum = 0;
  for (const [row, values] of matrix.entries()) sum += (f[row] ?? 0) * dot(values, f);
  return sum;
}
