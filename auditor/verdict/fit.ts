import type { Used } from './habit.ts';
import { dot } from './linear.ts';
import { HEAVY_TAILS, likeliestNoise, NOISE, NOISE_WORTH, SHAPES, type Shape, shapeOf } from './noise.ts';
import { boundedPosterior, explainedBy, type Row } from './regression.ts';
import type { Span } from './span.ts';
import { sum } from './sum.ts';

const ROUNDS = 4;

/** Windows to be explained by figures, and what is believed of these. */
export interface Problem {
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

function improved(fit: Fit, { rows, least, usual, doubt }: Problem, beliefs: readonly number[]): Fit {
  if (rows.length === 0) return fit;
  const variances = rows.map(({ span }) => fit.noise * fit.shape(span.named.likely, span.days) + doubt(span));
  const { mean, lower } = boundedPosterior(rows, variances, fit.weights, beliefs, least);
  const residuals = rows.map(({ features, surplus }) => surplus - dot(features, mean));
  const weights = residuals.map(
    (each, index) => (HEAVY_TAILS + 1) / (HEAVY_TAILS + each ** 2 / (variances[index] ?? 1)),
  );
  return { mean, weights, ...likeliestNoise(rows, residuals, explainedBy(lower, rows, variances), usual, doubt) };
}
