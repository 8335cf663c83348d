import { addShares, nodeKey } from './compared.ts';
import type { LearnedBilling } from './finding.ts';
import { covarianceOf, type Fit, fitFrom, fitOn, highestOf, likelier, NOISE, normalEquations } from './fit.ts';
import { DAY, type Habit, LONGEST_LAG, type NodeShare, type Span, type Used, type WindowRecord } from './span.ts';
import { dot, longRunOf, quadratic, sum } from './statistics.ts';
import type { Estimate } from './use.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/**
 * What is believed before anything is seen. What is likely is simple: a bill is what names tell, and what differs is small,
 * but for a few figures that may be anything (a Cauchy distribution of this scale). What is *possible* is wide, and is what
 * a range rests on where windows have not told yet: nobody is accused by a belief.
 */
const STATED = { likely: 0.01, possible: 0.1 };
const OPEN = { likely: 0.01, possible: 0.7 };
const OVERHEAD = { likely: 0.02, possible: 0.5 };
const DAILY = { likely: 16 * MIB, possible: GIB };
/** Nothing is believed of a step. */
const STEP = 100 * GIB;

/** Figures of a bill that stand before those of nodes: overhead and bytes a day, the same of the habit before, and a step. */
const BEFORE_NODES = 5;

/** What is believed of the figures of a bill, in GiB and days. */
interface Beliefs {
  /** Of the Cauchy distribution of what is likely. */
  readonly scale: readonly number[];
  /** Standard deviations of what is possible. */
  readonly possible: readonly number[];
  /** Nothing is given back by the day, and no price is below 0. */
  readonly least: readonly number[];
}

/** The beliefs of a bill over some nodes, in the order of its figures. */
function beliefsOf(nodes: readonly NodeShare[]): Beliefs {
  const prices = nodes.map(believed);
  const common = [OVERHEAD, { likely: DAILY.likely / GIB, possible: DAILY.possible / GIB }];
  const step = { likely: STEP / GIB, possible: STEP / GIB };
  const all = [...common, ...common, step, ...prices];
  return {
    scale: all.map(({ likely }) => likely),
    possible: all.map(({ possible }) => possible),
    least: [-1, 0, -1, 0, Number.NEGATIVE_INFINITY, ...prices.map(({ mean }) => -mean)],
  };
}

/** What is believed of a node's multiplier: its middle, less where others may own the node. */
function believed({ multiplier: { low, high }, stated, owners }: NodeShare): {
  mean: number;
  likely: number;
  possible: number;
} {
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  const { likely, possible } = stated
    ? { likely: STATED.likely * middle + half, possible: STATED.possible * middle + half }
    : OPEN;
  const shared = owners === 1 ? 0 : middle / 2;
  return { mean: middle / owners, likely: Math.max(likely, shared), possible: Math.max(possible, shared) };
}

/** Lag of minutes and rounding move some bytes between any two windows. */
const FLOOR = 4 * MIB;
/** What is learned from: older windows are another habit. */
const LONGEST = 60;
/** Nodes with an own multiplier; what the others carried is billed as their names tell. */
const NODES = 24;
/** Noise of so many times the usual variance is more than that of a meter which holds to its prices. */
const RESTLESS = 4;

const habits = new WeakMap<object, { readonly from: number; readonly regime: number; readonly habit: Habit }>();

/**
 * What spans show together, oldest first. The same spans are solved once.
 *
 * @param regime where the present habit began, epoch milliseconds: spans before it tell the prices of nodes, while what is
 * billed in addition to them is another
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
 * The same with a step: an instant from which bytes a day may be billed besides everything else.
 *
 * @param step epoch milliseconds
 * @param stepless what the spans show without it, from where it is looked for
 */
export function habitWithStep(spans: readonly Span[], regime: number, step: number, stepless: Habit): Habit {
  return learn(spans.slice(-LONGEST), regime, step, fits.get(stepless));
}

/** How a habit was fitted, where another may go on from. */
const fits = new WeakMap<Habit, Fit>();

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
  const { scale, possible, least } = beliefsOf(nodes);
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

  const problem = { rows, scale, least, usual, doubt };
  const found =
    from === undefined ? likelier(fitFrom(scale, problem), fitFrom(possible, problem)) : fitOn(from, problem);
  const { mean, noise, shape, weights, freedom } = found;
  const variances = rows.map(({ span }) => noise * shape(span.named.likely, span.days) + doubt(span));
  const equations = normalEquations(rows, variances, weights);
  const shown = covarianceOf(equations, possible);
  // Prices are round figures: one that windows hold near to what is believed is hardly another that happens to be near.
  const deviations = possible.map((widest, index) => {
    const left = Math.min(widest ** 2, shown[index]?.[index] ?? 0);
    const near = ((scale[index] ?? 0) ** 2 + (mean[index] ?? 0) ** 2) / 2;
    return Math.sqrt(near + left * Math.sqrt(left / widest ** 2));
  });
  const covariance = covarianceOf(equations, deviations);
  const residuals = rows.map(
    ({ features, surplus }, index) => (surplus - dot(features, mean)) / Math.sqrt(variances[index] ?? 1),
  );
  const isOpen = ({ stated, multiplier: { low, high } }: NodeShare): boolean => !stated || low < high;
  const open = new Set(nodes.filter(isOpen).map(nodeKey));
  const openSquares = ({ nodes: shares }: Used): number =>
    sum([...shares], ([key, { bytes }]) => (open.has(key) ? (bytes / GIB) ** 2 : 0));
  // All that a meter which holds to its prices leaves is the prices' of nodes whose prices nothing tells: which of them it
  // is, and whether it is another reason, bills of days do not tell.
  const left = sum(rows, ({ span, features, surplus }, index) => {
    const steady = NOISE ** 2 * shape(span.named.likely, span.days) + doubt(span);
    return (weights[index] ?? 1) * (surplus - dot(features, mean)) ** 2 - steady;
  });
  const squares = sum(rows, ({ span }) => openSquares(span));
  const variation = noise > RESTLESS * NOISE ** 2 && squares > 0 ? Math.max(0, left / squares) : 0;
  const habit: Habit = {
    spans: rows.length,
    days: sum(rows, ({ span }) => span.days),
    overhead: { likely: mean[0] ?? 0, deviation: Math.sqrt(covariance[0]?.[0] ?? 0) },
    daily: { likely: (mean[1] ?? 0) * GIB, deviation: Math.sqrt(covariance[1]?.[1] ?? 0) * GIB },
    step: { likely: (mean[4] ?? 0) * GIB, deviation: Math.sqrt(covariance[4]?.[4] ?? 0) * GIB },
    residualOf: (span) =>
      span.billed - span.named.likely - dot(featuresOf(span, span.from < regime, false), mean) * GIB,
    freedom,
    longRun: longRunOf(residuals),
    highest: highestOf(residuals.filter((_, index) => (rows[index]?.span.from ?? 0) < step)),
    multiplierOf(share) {
      const key = nodeKey(share);
      const index = place.get(key);
      const { mean: middle, possible: deviation } = believed(share);
      if (index === undefined) return { likely: middle * (1 + (mean[0] ?? 0)), deviation, variation: 0 };
      // The overhead multiplies what names tell; only together they are the node's price.
      const gradient = scale.map((_, each) => (each === 0 ? middle : each === index ? 1 : 0));
      return {
        likely: Math.max(0, middle + dot(gradient, mean)),
        deviation: Math.sqrt(quadratic(covariance, gradient)),
        variation: open.has(key) ? Math.sqrt(variation) : 0,
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
        chance += Math.max(noise * shape(span.named.likely, span.days), variation * openSquares(span)) + doubt(span);
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

function busiest(spans: readonly Span[]): NodeShare[] {
  const nodes = addShares(spans.flatMap((span) => [...span.nodes.values()]));
  return [...nodes.values()].sort((a, b) => b.bytes - a.bytes).slice(0, NODES);
}

/** Nine times of ten, to either side. */
const DEVIATIONS = 1.645;
/** A multiplier is learned once its range is narrower than this share of it. */
const LEARNED = 0.25;

/** Windows whose health checks are shown: some days, since intervals are set again. */
const NEWEST = 7;

/**
 * What the windows show of an airport's bill, for people.
 *
 * @param record the window that is judged, whose nodes are shown
 */
export function learnedBilling(habit: Habit, record: WindowRecord, windows: readonly WindowRecord[]): LearnedBilling {
  const { overhead, daily, spans, days } = habit;
  const multipliers = record.nodes
    .filter(({ stated, owners }) => !stated || owners > 1)
    .flatMap((share) => {
      const { likely, deviation, variation } = habit.multiplierOf(share);
      const { node, provider, bytes } = share;
      const learned = spans > 0 && DEVIATIONS * deviation <= LEARNED * Math.max(1, likely);
      return learned ? [{ node, provider, bytes, ...estimate(likely, Math.hypot(deviation, variation)) }] : [];
    })
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ bytes: _, ...learned }) => learned);
  const first = windows[0]?.from ?? record.from;
  const newest = [...windows.slice(-NEWEST), record];
  const checks = sum(newest, (window) => window.checks) / ((record.to - (newest[0]?.from ?? record.from)) / DAY);
  return {
    windows: spans,
    days: Math.round(days),
    ratio: estimate(1 + overhead.likely, overhead.deviation),
    checks: Math.round(checks),
    daily: estimate(daily.likely, daily.deviation),
    lag: record.to - first < LONGEST_LAG ? null : Math.max(record.lag, ...windows.map(({ lag }) => lag)),
    multipliers,
  };
}

function estimate(likely: number, deviation: number): Estimate {
  const half = DEVIATIONS * deviation;
  return { low: Math.max(0, likely - half), likely, high: likely + half };
}
