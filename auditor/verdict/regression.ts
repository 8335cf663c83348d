import { cholesky, dot, forward, inverse, type Matrix, solve } from './linear.ts';
import { sum } from './sum.ts';

/** One window: what figures multiply, and what they must explain. */
export interface Row {
  readonly features: Float64Array;
  readonly surplus: number;
}

/** Figures that a fit would need as many windows for. */
export function explainedBy(lower: Matrix, rows: readonly Row[], variances: readonly number[]): number {
  return sum(rows, ({ features }, index) => {
    const part = forward(lower, features);
    return dot(part, part) / (variances[index] ?? 1);
  });
}

/** Holds a figure where it was put. */
const PINNED = 1e9;

export interface Solved {
  readonly mean: Float64Array;
  /** Of the inverse of the covariance. */
  readonly lower: Matrix;
}

/** The posterior where no figure is below what it can be at least: what would be is solved again at that bound. */
export function boundedPosterior(
  rows: readonly Row[],
  variances: readonly number[],
  weights: readonly number[],
  beliefs: readonly number[],
  least: readonly number[],
): Solved {
  const pinned = new Set<number>();
  const { matrix, target } = normalEquations(rows, variances, weights);
  for (;;) {
    const solved = posterior(matrix, target, beliefs, least, pinned);
    const below = solved.mean.findIndex((value, index) => !pinned.has(index) && value < (least[index] ?? 0));
    if (below === -1) return solved;
    pinned.add(below);
  }
}

/** What windows say, each weighed by what it is worth: XᵀWX and XᵀWy. */
export function normalEquations(
  rows: readonly Row[],
  variances: readonly number[],
  weights: readonly number[],
): { readonly matrix: Float64Array[]; readonly target: Float64Array } {
  const size = rows[0]?.features.length ?? 0;
  const matrix = Array.from({ length: size }, () => new Float64Array(size));
  const target = new Float64Array(size);
  for (const [index, { features, surplus }] of rows.entries()) {
    const weight = (weights[index] ?? 1) / (variances[index] ?? 1);
    for (let row = 0; row < size; row += 1) {
      const value = weight * (features[row] as number);
      if (value === 0) continue;
      const line = matrix[row] as Float64Array;
      for (let column = 0; column <= row; column += 1) {
        line[column] = (line[column] as number) + value * (features[column] as number);
      }
      target[row] = (target[row] as number) + value * surplus;
    }
  }
  return { matrix, target };
}

/** Least squares with beliefs, given as precisions, whose mean is 0 but for what is pinned at its bound. */
function posterior(
  matrix: readonly Float64Array[],
  target: Float64Array,
  beliefs: readonly number[],
  least: readonly number[],
  pinned: ReadonlySet<number>,
): Solved {
  const both = beliefs.map((belief, row) => {
    const line = Float64Array.from(matrix[row] ?? new Float64Array(beliefs.length));
    line[row] = (line[row] as number) + (pinned.has(row) ? PINNED : belief);
    return line;
  });
  const lower = cholesky(both);
  const right = beliefs.map((_, row) => (target[row] ?? 0) + (pinned.has(row) ? PINNED * (least[row] ?? 0) : 0));
  return { mean: solve(lower, right), lower };
}

/** What is not known of figures that windows and beliefs tell. */
export function covarianceOf(
  { matrix, target }: ReturnType<typeof normalEquations>,
  deviations: readonly number[],
): Float64Array[] {
  const beliefs = deviations.map((each) => 1 / each ** 2);
  return inverse(posterior(matrix, target, beliefs, [], new Set()).lower);
}
