import { cholesky, dot, forward, inverse, type Matrix, quadratic, solve } from './linear.ts';
import { longRunOf } from './long-run.ts';
import { nodeKey, type Span } from './span.ts';
import type { NodeShare } from './window-record.ts';

/** Figures are solved in GiB: squares of bytes would leave a double's precision. */
const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** How a bill comes from use, as closed windows show it, with what is not sure of it. Bytes and days. */
export interface Habit {
  /** Windows that it rests on. */
  readonly spans: number;
  readonly days: number;
  /** What of a node's multiplier is learned beyond what names and settings tell. */
  multiplierOf(share: NodeShare): { readonly likely: number; readonly deviation: number };
  /** Bytes per byte expected by names, above 1, and bytes a day. */
  readonly overhead: { readonly likely: number; readonly deviation: number };
  readonly daily: { readonly likely: number; readonly deviation: number };
  /** Bytes a day since the step. */
  readonly step: { readonly likely: number; readonly deviation: number };
  /** Bytes of a span's bill that the habit does not expect; the step is no part of it. */
  residualOf(span: Span): number;
  /** Degrees of freedom that the noise is known from. */
  readonly freedom: number;
  /** The variance of so many windows together, by that of as many independent ones. */
  longRun(windows: number): number;
  /** The highest score, in standard deviations, that so many windows in a row reached; the oddest window left out. */
  highest(windows: number): number;
  predict(spans: readonly Used[]): Prediction;
}

/** As much of a span as a bill is expected from. */
export type Used = Pick<Span, 'days' | 'named' | 'nodes' | 'doubt'>;

export interface Prediction {
  readonly likely: number;
  /** Variance from what is not known of the habit; it stays, however many windows are added up. */
  readonly unsure: number;
  /** Variance by chance and by what is known to be in doubt. */
  readonly chance: number;
}

/**
 * What is believed before anything is seen. What is likely is simple: a bill is what names tell, and what differs is small,
 * but for a few figures that may be anything (a Cauchy distribution of this scale). What is *possible* is wide, and is what
 * a range rests on where windows have not told yet: nobody is accused by a belief.
 */
const TOLD = { likely: 0.01, possible: 0.05 };
const OPEN = { likely: 0.01, possible: 0.7 };
const OVERHEAD = { likely: 0.02, possible: 0.5 };
const DAILY = { likely: 16 * MIB, possible: GIB };
/** Nothing is believed of a step. */
const STEP = 100 * GIB;
/** The noise of a day as a share of its use, and how many windows this belief is worth. */
const NOISE = 0.006;
const NOISE_WORTH = 4;
/**
 * How noise goes with use: with the use of the day, where idle days are off by a share of usual ones too; or the same every
 * day, where somebody is not watched. Whichever the windows show.
 */
const SHAPES = [
  { ofDay: 1, ofUsual: 0.3 },
  { ofDay: 0, ofUsual: 1 },
] as const;
/** Lag of minutes and rounding move some bytes between any two windows. */
const FLOOR = 4 * MIB;
/** Student's distribution with so few degrees of freedom lets odd windows weigh little. */
const HEAVY_TAILS = 4;
const ROUNDS = 4;
/** What is learned from: older windows are another habit. */
const LONGEST = 60;
/** Nodes with an own multiplier; what the others carried is billed as their names tell. */
const NODES = 24;
/** Figures of a bill that stand before those of nodes. */
const BEFORE_NODES = 5;

const habits = new WeakMap<object, { readonly from: number; readonly regime: number; readonly habit: Habit }>();

/**
 * What spans show together, oldest first. The same spans are solved once.
 *
 * @param regime where the present habit began, epoch milliseconds: spans before it tell the prices of nodes, while what is
 * billed beside them is another
 */
export function habitOf(spans: readonly Span[], regime: number): Habit {
  const used = spans.slice(-LONGEST);
  const [first, last] = [used[0], used.at(-1)];
  if (first === undefined || last === undefined) return learn([], regime);
  const known = habits.get(last.record);
  if (known?.from === first.from && known.regime === regime) return known.habit;
  const habit = learn(used, regime);
  habits.set(last.record, { from: first.from, regime, habit });
  return habit;
}

/**
 * The same with a step: an instant from which bytes a day may be billed beside everything else.
 *
 * @param step epoch milliseconds
 * @param stepless what the spans show without it, from where it is looked for
 */
export function habitWithStep(spans: readonly Span[], regime: number, step: number, stepless: Habit): Habit {
  return learn(spans.slice(-LONGEST), regime, step, fits.get(stepless));
}

/** How a habit was fitted, where another may go on from. */
const fits = new WeakMap<Habit, Fit>();

/** What is believed of a node's multiplier: its middle, less where others may own the node. */
function believed({ multiplier: { low, high }, told, owners }: NodeShare): {
  mean: number;
  likely: number;
  possible: number;
} {
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  const { likely, possible } = told
    ? { likely: TOLD.likely * middle + half, possible: TOLD.possible * middle + half }
    : OPEN;
  const shared = owners === 1 ? 0 : middle / 2;
  return { mean: middle / owners, likely: Math.max(likely, shared), possible: Math.max(possible, shared) };
}

function learn(spans: readonly Span[], regime: number, step = Number.POSITIVE_INFINITY, from?: Fit): Habit {
  const nodes = busiest(spans);
  const place = new Map(nodes.map((share, index) => [nodeKey(share), index + BEFORE_NODES]));
  /**
   * Named bill and days, the same of the habit before, days since the step, then bytes of each node, in GiB; what multiplies
   * them is overhead, bytes a day, and corrections of multipliers.
   */
  const featuresOf = ({ named, days, nodes: shares }: Used, old: boolean, stepped: boolean): Float64Array => {
    const features = new Float64Array(nodes.length + BEFORE_NODES);
    features[old ? 2 : 0] = named.likely / GIB;
    features[old ? 3 : 1] = days;
    features[4] = stepped ? days : 0;
    for (const [key, { bytes }] of shares) {
      const index = place.get(key);
      if (index !== undefined) features[index] = bytes / GIB;
    }
    return features;
  };
  const beliefs = nodes.map(believed);
  const scale = [
    OVERHEAD.likely,
    DAILY.likely / GIB,
    OVERHEAD.likely,
    DAILY.likely / GIB,
    STEP / GIB,
    ...beliefs.map(({ likely }) => likely),
  ];
  /** Nothing is given back by the day, and no price is below 0. */
  const least = [-1, 0, -1, 0, Number.NEGATIVE_INFINITY, ...beliefs.map(({ mean }) => -mean)];
  const rows = spans.map((span) => ({
    features: featuresOf(span, span.from < regime, span.from >= step),
    surplus: (span.billed - span.named.likely) / GIB,
    span,
  }));
  const usual =
    sum(rows, ({ span }) => span.named.likely) /
    Math.max(
      1,
      sum(rows, ({ span }) => span.days),
    ) /
    GIB;
  const doubt = ({ doubt: bytes }: Used): number => (FLOOR / GIB) ** 2 + (bytes / GIB) ** 2;

  const wideStart = [
    ...[OVERHEAD.possible, DAILY.possible / GIB, OVERHEAD.possible, DAILY.possible / GIB, STEP / GIB],
    ...beliefs.map(({ possible }) => possible),
  ];
  const problem = { rows, scale, least, usual, doubt };
  const found =
    from === undefined ? likelier(fitFrom(scale, problem), fitFrom(wideStart, problem)) : fitOn(from, problem);
  const { mean, noise, shape, weights, freedom } = found;
  const variances = rows.map(({ span }) => noise * shape(span.named.likely, span.days) + doubt(span));
  const equations = normalEquations(rows, variances, weights);
  const told = covarianceOf(equations, wideStart);
  // Prices are round figures: one that windows hold near to what is believed is hardly another that happens to be near.
  const deviations = wideStart.map((possible, index) => {
    const left = Math.min(possible ** 2, told[index]?.[index] ?? 0);
    const near = ((scale[index] ?? 0) ** 2 + (mean[index] ?? 0) ** 2) / 2;
    return Math.sqrt(near + left * Math.sqrt(left / possible ** 2));
  });
  const covariance = covarianceOf(equations, deviations);
  const residuals = rows.map(
    ({ features, surplus }, index) => (surplus - dot(features, mean)) / Math.sqrt(variances[index] ?? 1),
  );
  const habit: Habit = {
    spans: rows.length,
    days: sum(rows, ({ span }) => span.days),
    overhead: { likely: mean[0] ?? 0, deviation: Math.sqrt(covariance[0]?.[0] ?? OVERHEAD.possible ** 2) },
    daily: { likely: (mean[1] ?? 0) * GIB, deviation: Math.sqrt(covariance[1]?.[1] ?? 1) * GIB },
    step: { likely: (mean[4] ?? 0) * GIB, deviation: Math.sqrt(covariance[4]?.[4] ?? 0) * GIB },
    residualOf: (span) =>
      span.billed - span.named.likely - dot(featuresOf(span, span.from < regime, false), mean) * GIB,
    freedom,
    longRun: longRunOf(residuals),
    highest: highestOf(residuals.filter((_, index) => (rows[index]?.span.from ?? 0) < step)),
    multiplierOf(share) {
      const index = place.get(nodeKey(share));
      const { mean: middle, possible: deviation } = believed(share);
      if (index === undefined) return { likely: middle * (1 + (mean[0] ?? 0)), deviation };
      // The overhead multiplies what names tell; only together they are the node's price.
      const gradient = scale.map((_, each) => (each === 0 ? middle : each === index ? 1 : 0));
      return {
        likely: Math.max(0, middle + dot(gradient, mean)),
        deviation: Math.sqrt(quadratic(covariance, gradient)),
      };
    },
    predict(used) {
      const total = new Float64Array(scale.length);
      let [likely, chance, unseen] = [0, 0, 0];
      for (const span of used) {
        const features = featuresOf(span, false, false);
        for (let index = 0; index < total.length; index += 1) {
          total[index] = (total[index] as number) + (features[index] as number);
        }
        const expected = span.named.likely + dot(features, mean) * GIB;
        likely += expected;
        chance += noise * shape(span.named.likely, span.days) + doubt(span);
        for (const [key, share] of span.nodes) {
          if (place.has(key)) continue;
          unseen += (believed(share).possible * share.bytes) / GIB;
        }
      }
      return {
        likely: Math.max(0, likely),
        unsure: (quadratic(covariance, total) + unseen ** 2) * GIB ** 2,
        chance: chance * GIB ** 2,
      };
    },
  };
  fits.set(habit, found);
  return habit;
}

interface Problem {
  readonly rows: readonly (Row & { readonly span: Span })[];
  readonly scale: readonly number[];
  readonly least: readonly number[];
  readonly usual: number;
  readonly doubt: (span: Used) => number;
}

interface Fit {
  readonly mean: ArrayLike<number>;
  readonly weights: readonly number[];
  readonly noise: number;
  readonly shape: Shape;
  readonly freedom: number;
  readonly likelihood: number;
}

const likelier = (a: Fit, b: Fit): Fit => (b.likelihood > a.likelihood ? b : a);

/**
 * The likeliest figures near a start. From tight beliefs the simplest reading is found, from wide ones that of several
 * prices at once.
 *
 * @param start standard deviations that are believed at first
 */
function fitFrom(start: readonly number[], problem: Problem): Fit {
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
function fitOn(start: Fit, problem: Problem): Fit {
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

interface Row {
  readonly features: Float64Array;
  readonly surplus: number;
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
function normalEquations(
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
  const sum = beliefs.map((belief, row) => {
    const line = Float64Array.from(matrix[row] ?? new Float64Array(beliefs.length));
    line[row] = (line[row] as number) + (pinned.has(row) ? PINNED : belief);
    return line;
  });
  const lower = cholesky(sum);
  const right = beliefs.map((_, row) => (target[row] ?? 0) + (pinned.has(row) ? PINNED * (least[row] ?? 0) : 0));
  return { mean: solve(lower, right), lower };
}

/** What is not known of figures that windows and beliefs tell. */
function covarianceOf(
  { matrix, target }: ReturnType<typeof normalEquations>,
  deviations: readonly number[],
): Float64Array[] {
  const beliefs = deviations.map((each) => 1 / each ** 2);
  return inverse(posterior(matrix, target, beliefs, [], new Set()).lower);
}

/** The noise of a window by its use and days, in GiB squared, up to a factor. */
type Shape = (named: number, days: number) => number;

function shapeOf({ ofDay, ofUsual }: (typeof SHAPES)[number], usual: number): Shape {
  return (named, days) => ((ofDay * named) / GIB) ** 2 / Math.max(1, days) + days * (ofUsual * usual) ** 2;
}

/**
 * The noise of windows, squared, by the shape that makes their residuals likeliest, and the degrees of freedom that it is
 * known from. The oddest window does not count: one night is no habit.
 *
 * @param explained figures that the windows were fitted with
 */
function likeliestNoise(
  rows: readonly { readonly span: Span }[],
  residuals: readonly number[],
  explained: number,
  usual: number,
  doubt: (span: Used) => number,
): { noise: number; freedom: number; shape: Shape; likelihood: number } {
  const fits = SHAPES.map((each) => {
    const shape = shapeOf(each, usual);
    const shapes = rows.map(({ span }) => Math.max(shape(span.named.likely, span.days), 1e-9));
    const squares = residuals.map((value, index) => value ** 2 / (shapes[index] ?? 1)).sort((a, b) => a - b);
    const kept = squares.slice(0, squares.length < 5 ? squares.length : -1);
    const freedom = NOISE_WORTH + Math.max(0, kept.length - explained);
    const noise = (NOISE_WORTH * NOISE ** 2 + sum(kept, (value) => value)) / freedom;
    const likelihood = -sum(rows, ({ span }, index) => {
      const variance = noise * (shapes[index] ?? 1) + doubt(span);
      return (
        Math.log(variance) + (HEAVY_TAILS + 1) * Math.log(1 + (residuals[index] ?? 0) ** 2 / variance / HEAVY_TAILS)
      );
    });
    return { noise, freedom, shape, likelihood };
  });
  const [first, ...others] = fits;
  if (first === undefined) throw new RangeError('no shape of noise');
  return others.reduce((best, each) => (each.likelihood > best.likelihood ? each : best), first);
}

/** The highest scores of windows in a row, of which the oddest is brought down to the next. */
function highestOf(residuals: readonly number[]): (windows: number) => number {
  const sorted = [...residuals].sort((a, b) => b - a);
  const most = sorted[1] ?? 0;
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

function busiest(spans: readonly Span[]): NodeShare[] {
  const nodes = new Map<string, NodeShare>();
  for (const span of spans) {
    for (const [key, share] of span.nodes) {
      nodes.set(key, { ...share, bytes: share.bytes + (nodes.get(key)?.bytes ?? 0) });
    }
  }
  return [...nodes.values()].sort((a, b) => b.bytes - a.bytes).slice(0, NODES);
}

function sum<T>(all: readonly T[], of: (each: T, index: number) => number): number {
  return all.reduce((total, each, index) => total + of(each, index), 0);
}
