import type { Span, Used } from './span.ts';
import { cholesky, dot, forward, inverse, type Matrix, solve, sum } from './statistics.ts';

/** One window: what figures multiply, and what they must explain. */
interface Row {
  readonly features: Float64Array;
  readonly surplus: number;
}

const GIB = 2 ** 30;
/** The noise of a day as a share of its use, and how many windows this belief is worth. */
export const NOISE = 0.006;
export const NOISE_WORTH = 4;
/**
 * How noise goes with use: with the use of the day, where idle days are off by a share of usual ones too; or much the same
 * every day, where somebody is not watched. Whichever the windows show.
 */
const SHAPES = [
  { ofDay: 1, ofUsual: 0.5 },
  { ofDay: 0.5, ofUsual: 2 },
] as const;
/** Student's distribution with so few degrees of freedom lets odd windows weigh little. */
export const HEAVY_TAILS = 4;

/** The noise of a window by its use and days, in GiB squared, up to a factor. */
type Shape = (named: number, days: number) => number;

/** Of figures and noise in turns. */
const ROUNDS = 4;

/** Windows to be explained by figures, and what is believed of these. */
interface Problem {
  readonly rows: readonly (Row & { readonly span: Span })[];
  /** Of the Cauchy distribution that is believed of each figure. */
  readonly scale: readonly number[];
  /** What each figure is at least. */
  readonly least: readonly number[];
  /** GiB of a usual day. */
  readonly usual: number;
  /** GiB squared by which a window may be off for known reasons. */
  readonly doubt: (span: Used) => number;
}

/** Figures that explain windows, with the noise that they leave. */
export interface Fit {
  readonly mean: ArrayLike<number>;
  readonly weights: readonly number[];
  readonly noise: number;
  /** By each of the shapes, of which the likeliest counts. */
  readonly noises: readonly number[];
  readonly shape: Shape;
  readonly freedom: number;
  readonly likelihood: number;
}

export const likelier = (a: Fit, b: Fit): Fit => (b.likelihood > a.likelihood ? b : a);

/**
 * The likeliest figures near a start. From tight beliefs the simplest reading is found, from wide ones that of several
 * prices at once.
 *
 * @param start standard deviations that are believed at first
 */
export function fitFrom(start: readonly number[], problem: Problem): Fit {
  const nothing = {
    mean: problem.scale.map(() => 0),
    weights: problem.rows.map(() => 1),
    noise: NOISE ** 2,
    noises: SHAPES.map(() => NOISE ** 2),
    shape: shapeOf(SHAPES[0], problem.usual),
    freedom: NOISE_WORTH,
    likelihood: 0,
  };
  const first = improved(
    nothing,
    problem,
    start.map((each) => 2 / each ** 2),
  );
  return fitOn(first, problem);
}

/** The likeliest figures near others, in turns: figures by the noise, what odd windows weigh, and the noise by the figures. */
export function fitOn(start: Fit, problem: Problem): Fit {
  let fit = start;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { mean } = fit;
    fit = improved(
      fit,
      problem,
      problem.scale.map((each, index) => 2 / (each ** 2 + (mean[index] ?? 0) ** 2)),
    );
  }
  const belief = sum(problem.scale, (each, index) => -2 * Math.log(1 + ((fit.mean[index] ?? 0) / each) ** 2));
  return { ...fit, likelihood: fit.likelihood + belief };
}

function improved(fit: Fit, problem: Problem, beliefs: readonly number[]): Fit {
  const { rows, least, doubt } = problem;
  if (rows.length === 0) return fit;
  const variances = rows.map(({ span }) => fit.noise * fit.shape(span.named.likely, span.days) + doubt(span));
  const { mean, lower } = boundedPosterior(rows, variances, fit.weights, beliefs, least);
  const residuals = rows.map(({ features, surplus }) => surplus - dot(features, mean));
  const weights = residuals.map(
    (each, index) => (HEAVY_TAILS + 1) / (HEAVY_TAILS + each ** 2 / (variances[index] ?? 1)),
  );
  return { mean, weights, ...likeliestNoise(fit.noises, problem, residuals, explainedBy(lower, rows, variances)) };
}

function shapeOf({ ofDay, ofUsual }: (typeof SHAPES)[number], usual: number): Shape {
  return (named, days) => ((ofDay * named) / GIB) ** 2 / Math.max(1, days) + Math.max(1, days) * (ofUsual * usual) ** 2;
}

/**
 * The noise of windows, squared, by the shape that makes their residuals likeliest, and the degrees of freedom that it is
 * known from: as much as brings the squares of residuals, by all that is known of their variance, to what chance leaves
 * (Mandel and Paule 1970), in turns with the figures. The oddest window does not count: one night is no habit.
 *
 * @param before the noise, squared, of the turn before, by each shape
 * @param explained figures that the windows were fitted with
 */
function likeliestNoise(
  before: readonly number[],
  { rows, usual, doubt }: Problem,
  residuals: readonly number[],
  explained: number,
): Pick<Fit, 'noise' | 'noises' | 'freedom' | 'shape' | 'likelihood'> {
  const fits = SHAPES.map((each, nth) => {
    const shape = shapeOf(each, usual);
    const windows = rows.map(({ span }, index) => ({
      residual: residuals[index] ?? 0,
      shape: Math.max(shape(span.named.likely, span.days), 1e-9),
      doubt: doubt(span),
    }));
    // A window that is in doubt for known reasons tells of the noise as far as its variance is chance.
    const squares = windows.map(({ residual, shape: chance, doubt: known }) => {
      const variance = chance + known / (before[nth] ?? NOISE ** 2);
      return { square: residual ** 2 / variance, worth: chance / variance };
    });
    squares.sort((a, b) => a.square - b.square);
    const kept = squares.slice(0, squares.length < 5 ? squares.length : -1);
    const weight = NOISE_WORTH + Math.max(0, sum(kept, ({ worth }) => worth) - explained);
    const noise = (NOISE_WORTH * NOISE ** 2 + sum(kept, ({ square, worth }) => square * worth)) / weight;
    // What is in doubt is known of every window, so that each of them tells of all that bills may be off by.
    const freedom = NOISE_WORTH + Math.max(0, kept.length - explained);
    const likelihood = -sum(windows, (window) => {
      const variance = noise * window.shape + window.doubt;
      return Math.log(variance) + (HEAVY_TAILS + 1) * Math.log(1 + window.residual ** 2 / variance / HEAVY_TAILS);
    });
    return { noise, freedom, shape, likelihood };
  });
  const [first, ...others] = fits;
  if (first === undefined) throw new RangeError('no shape of noise');
  const likeliest = others.reduce((best, each) => (each.likelihood > best.likelihood ? each : best), first);
  return { ...likeliest, noises: fits.map(({ noise }) => noise) };
}

/** Figures that a fit would need as many windows for. */
function explainedBy(lower: Matrix, rows: readonly Row[], variances: readonly number[]): number {
  return sum(rows, ({ features }, index) => {
    const part = forward(lower, features);
    return dot(part, part) / (variances[index] ?? 1);
  });
}

/** Holds a figure where it was put. */
const PINNED = 1e9;

interface Solved {
  readonly mean: Float64Array;
  /** Of the inverse of the covariance. */
  readonly lower: Matrix;
}

/** The posterior where no figure is below what it can be at least: what would be is solved again at that bound. */
function boundedPosterior(
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

/** The oddest window counts for so many times the next: it may be an error of the airport's, and no habit. */
const ODDEST = 2;

/** The highest scores of windows in a row. */
export function highestOf(residuals: readonly number[]): (windows: number) => number {
  const sorted = [...residuals].sort((a, b) => b - a);
  const most = ODDEST * (sorted[1] ?? 0);
  const sums = [0];
  for (const each of residuals) sums.push((sums.at(-1) ?? 0) + Math.min(each, most));
  const known = new Map<number, number>();
  return (windows) => {
    const before = known.get(windows);
    if (before !== undefined) return before;
    let highest = 0;
    for (let end = windows; end < sums.length; end += 1) {
      highest = Math.max(highest, ((sums[end] ?? 0) - (sums[end - windows] ?? 0)) / Math.sqrt(windows));
    }
    known.set(windows, highest);
    return highest;
  };
}
