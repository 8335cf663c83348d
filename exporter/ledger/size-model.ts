/**
 * What a remainder is made of, learned as it goes: a linear model `remainder = Σ feature × parameter + noise`, whose
 * parameters (the mean size of an unseen connection, how much of a frame a closing connection still uses)
 * are estimated by recursive least squares with a prior, so that every frame teaches and none is kept.
 */
export interface SizeModel {
  /** The expectation of a combination of features, not below zero. */
  mean(features: Features): number;
  /** How much the sum of `total` would teach about each of its parameters: their covariances under what is not yet known. */
  covariances(total: Sum): Sum;
  /**
   * Learns from one remainder.
   *
   * @param total the features of all candidates together
   * @param remainder bytes
   * @param noise variance of the remainder if the parameters were known, square bytes
   */
  learn(total: Sum, remainder: number, noise: number): void;
  /** Parameters as they stand, to be saved. */
  save(): SavedSizeModel;
}

/** Parameter names and weights, each name once. */
export type Features = Iterable<readonly [name: string, weight: number]>;

/** The features of several together. */
export type Sum = ReadonlyMap<string, number>;

/** What is believed of a parameter before anything was seen. */
export interface Prior {
  readonly mean: number;
  readonly deviation: number;
}

export interface SavedSizeModel {
  readonly parameters: readonly string[];
  readonly means: readonly number[];
  /** Row by row. */
  readonly covariance: readonly (readonly number[])[];
}

/** A remainder this many deviations away teaches less: sizes have heavy tails. */
const OUTLIER = 2.5;
/** What was learned fades, so that a model follows habits that change: uncertainty grows by this part each frame. */
const FADE = 2e-4;

/** @param saved goes on from there; what it says of other parameters is left out */
export function createSizeModel(priors: ReadonlyMap<string, Prior>, saved?: SavedSizeModel): SizeModel {
  const parameters = [...priors.keys()];
  const index = new Map(parameters.map((name, position) => [name, position]));
  const savedAt = new Map(saved?.parameters.map((name, position) => [name, position]));
  const priorOf = (row: number): Prior => priors.get(parameters[row] ?? '') ?? { mean: 0, deviation: 0 };
  const means = parameters.map((name, row) => saved?.means[savedAt.get(name) ?? -1] ?? priorOf(row).mean);
  const covariance = parameters.map((name, row) =>
    parameters.map((other, column) => {
      const cell = saved?.covariance[savedAt.get(name) ?? -1]?.[savedAt.get(other) ?? -1];
      return cell ?? (row === column ? priorOf(row).deviation ** 2 : 0);
    }),
  );

  const positionOf = (parameter: string): number => {
    const position = index.get(parameter);
    if (position === undefined) throw new Error(`The size model has no parameter "${parameter}".`);
    return position;
  };

  const at = (row: number, column: number): number => covariance[row]?.[column] ?? 0;
  const set = (row: number, column: number, value: number): void => {
    const cells = covariance[row];
    if (cells !== undefined) cells[column] = value;
  };

  /** covariance × features, for every parameter. */
  const project = (features: Features): number[] => {
    const entries = [...features].map(([name, weight]) => [positionOf(name), weight] as const);
    return parameters.map((_, row) => entries.reduce((sum, [column, weight]) => sum + at(row, column) * weight, 0));
  };

  const dot = (features: Features, vector: readonly number[]): number => {
    let sum = 0;
    for (const [name, weight] of features) sum += weight * (vector[positionOf(name)] ?? 0);
    return sum;
  };

  return {
    mean: (features) => Math.max(0, dot(features, means)),
    covariances(total) {
      const projection = project(total);
      return new Map([...total.keys()].map((name) => [name, projection[positionOf(name)] ?? 0]));
    },
    learn(total, remainder, noise) {
      if (total.size === 0) return;
      const gainless = project(total);
      const known = dot(total, gainless);
      const surprise = remainder - dot(total, means);
      let variance = known + noise;
      if (!(variance > 0)) return;
      const deviations = Math.abs(surprise) / Math.sqrt(variance);
      // Winsorised: an outlier moves the parameters as far as one at the bound would.
      if (deviations > OUTLIER) variance = (variance * deviations) / OUTLIER;
      for (let row = 0; row < parameters.length; row += 1) {
        const gain = (gainless[row] ?? 0) / variance;
        means[row] = (means[row] ?? 0) + gain * surprise;
        for (let column = 0; column < parameters.length; column += 1) {
          set(row, column, at(row, column) - gain * (gainless[column] ?? 0));
        }
        const prior = priorOf(row).deviation ** 2;
        set(row, row, Math.min(prior, at(row, row) + FADE * prior));
      }
    },
    save: () => ({ parameters: [...parameters], means: [...means], covariance: covariance.map((row) => [...row]) }),
  };
}
