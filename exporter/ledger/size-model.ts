/**
 * What a remainder is made of, learned as it goes: `remainder = Σ weight × parameter + noise`. The parameters (the mean
 * size of an unseen connection, how much of a frame a closing connection still uses) are estimated by a Kalman filter
 * that takes their errors for independent, so that every frame teaches and none is kept.
 */
export interface SizeModel {
  /** The expectation of weighed parameters, not below zero. */
  mean(weights: Weights): number;
  /** How much each of these parameters covaries with their weighed sum, under what is not yet known of it. */
  covariances(total: Sum): Sum;
  /**
   * Learns from one remainder.
   *
   * @param total the weights of all candidates together
   * @param remainder bytes
   * @param noise variance of the remainder if the parameters were known, square bytes
   */
  learn(total: Sum, remainder: number, noise: number): void;
  /** Parameters as they stand, to be saved. */
  save(): SavedSizeModel;
}

/** Parameter names and weights, each name once. */
export type Weights = Iterable<readonly [name: string, weight: number]>;

/** The weights of several together. */
export type Sum = ReadonlyMap<string, number>;

/** What is believed of a parameter before anything was seen. */
export interface Prior {
  readonly mean: number;
  readonly deviation: number;
}

export type SavedSizeModel = readonly { readonly name: string; readonly mean: number; readonly variance: number }[];

/** A remainder this many deviations away teaches less: sizes have heavy tails. */
const OUTLIER = 2.5;
/** What was learned fades, so that a model follows habits that change: uncertainty grows by this part each frame. */
const FADE = 2e-4;

interface Estimate {
  /** The variance is never more than before anything was seen. */
  readonly most: number;
  mean: number;
  variance: number;
}

/** @param saved goes on from there; what it says of other parameters is left out */
export function createSizeModel(priors: ReadonlyMap<string, Prior>, saved: SavedSizeModel = []): SizeModel {
  const estimates = new Map<string, Estimate>();
  for (const [name, { mean, deviation }] of priors) {
    const before = saved.find((each) => each.name === name);
    const most = deviation ** 2;
    estimates.set(name, { most, mean: before?.mean ?? mean, variance: before?.variance ?? most });
  }

  const estimateOf = (name: string): Estimate => {
    const estimate = estimates.get(name);
    if (estimate === undefined) throw new Error(`The size model has no parameter "${name}".`);
    return estimate;
  };
  const expected = (weights: Weights): number => {
    let sum = 0;
    for (const [name, weight] of weights) sum += weight * estimateOf(name).mean;
    return sum;
  };

  return {
    mean: (weights) => Math.max(0, expected(weights)),
    covariances: (total) => new Map([...total].map(([name, weight]) => [name, weight * estimateOf(name).variance])),
    learn(total, remainder, noise) {
      if (total.size === 0) return;
      let variance = noise;
      for (const [name, weight] of total) variance += weight ** 2 * estimateOf(name).variance;
      if (!(variance > 0)) return;
      const surprise = remainder - expected(total);
      const deviations = Math.abs(surprise) / Math.sqrt(variance);
      // Winsorised: an outlier moves the parameters as far as one at the bound would.
      if (deviations > OUTLIER) variance = (variance * deviations) / OUTLIER;
      for (const [name, estimate] of estimates) {
        const covariance = (total.get(name) ?? 0) * estimate.variance;
        const gain = covariance / variance;
        estimate.mean += gain * surprise;
        estimate.variance = Math.min(estimate.most, estimate.variance - gain * covariance + FADE * estimate.most);
      }
    },
    save: () => [...estimates].map(([name, { mean, variance }]) => ({ name, mean, variance })),
  };
}
