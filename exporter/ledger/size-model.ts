import { type Bytes, DIRECTIONS, type Direction, type MutableBytes } from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import { copyBytes, zeroBytes } from './book.ts';
import type { TrackedConnection } from './connection-table.ts';

/** Parameter names and weights, each name once. */
type Weights = Iterable<readonly [name: string, weight: number]>;

/** The weights of several together. */
type Sum = ReadonlyMap<string, number>;

/** What is believed of a parameter before anything was seen. */
export interface Prior {
  readonly mean: number;
  readonly deviation: number;
}

export type SavedSizeModel = readonly { readonly name: string; readonly mean: number; readonly variance: number }[];

/** A remainder this many deviations away teaches less: sizes have heavy tails. */
const OUTLIER_DEVIATIONS = 2.5;
/** What was learned fades, so that a model follows habits that change: uncertainty grows by this part each frame. */
const FADE = 2e-4;

interface SizeEstimate {
  /** The variance is never more than before anything was seen. */
  readonly most: number;
  mean: number;
  variance: number;
}

/**
 * What a remainder is made of, learned as it goes: `remainder = Σ weight × parameter + noise`. The parameters (the mean
 * size of an unseen connection, how much of a frame a closing connection still uses) are estimated by a Kalman filter
 * that takes their errors for independent, so that every frame teaches and none is kept.
 *
 * @param saved goes on from there; what it says of other parameters is left out
 */
export function createSizeModel(priors: ReadonlyMap<string, Prior>, saved: SavedSizeModel = []) {
  const estimates = new Map<string, SizeEstimate>();
  for (const [name, { mean, deviation }] of priors) {
    const before = saved.find((each) => each.name === name);
    const most = deviation ** 2;
    estimates.set(name, { most, mean: before?.mean ?? mean, variance: before?.variance ?? most });
  }

  const estimateOf = (name: string): SizeEstimate => {
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
    /** The expectation of weighed parameters, not below zero. */
    mean: (weights: Weights) => Math.max(0, expected(weights)),
    /** How much each of these parameters covaries with their weighed sum, under what is not yet known of it. */
    covariances: (total: Sum): Sum =>
      new Map([...total].map(([name, weight]) => [name, weight * estimateOf(name).variance])),
    /**
     * Learns from one remainder.
     *
     * @param total the weights of all candidates together
     * @param remainder bytes
     * @param noise variance of the remainder if the parameters were known, square bytes
     */
    learn(total: Sum, remainder: number, noise: number) {
      if (total.size === 0) return;
      let variance = noise;
      for (const [name, weight] of total) variance += weight ** 2 * estimateOf(name).variance;
      if (!(variance > 0)) return;
      const surprise = remainder - expected(total);
      const deviations = Math.abs(surprise) / Math.sqrt(variance);
      // Winsorised: an outlier moves the parameters as far as one at the bound would.
      if (deviations > OUTLIER_DEVIATIONS) variance = (variance * deviations) / OUTLIER_DEVIATIONS;
      for (const [name, estimate] of estimates) {
        const covariance = (total.get(name) ?? 0) * estimate.variance;
        const gain = covariance / variance;
        estimate.mean += gain * surprise;
        estimate.variance = Math.min(estimate.most, estimate.variance - gain * covariance + FADE * estimate.most);
      }
    },
    /** Parameters as they are. */
    save: (): SavedSizeModel => [...estimates].map(([name, { mean, variance }]) => ({ name, mean, variance })),
  };
}

/** How big the short connections of one node are compared with those of all, learned from the ones that frames showed. */
export interface NodeSizes {
  /** A short connection that frames showed has closed; what it moved in all. */
  note(node: string, moved: Bytes): void;
  /** The mean size at a node over the mean size of all; near 1 as long as little was seen. */
  ratio(node: string, direction: Direction): number;
  save(): SavedNodeSizes;
}

export interface SavedNodeSizes {
  readonly nodes: readonly { readonly node: string; readonly count: number; readonly bytes: Bytes }[];
}

/**
 * A node's own mean weighs as much as the mean of all once it has shown this many connections: sizes spread about as
 * wide as their mean, and nodes are expected to differ by a fourteenth of it.
 */
const TRUST = 200;
/** Nodes beyond this many are taken for average, the least seen first. */
const MOST_NODES = 200;
/** What is learned counts half after this many connections, so that it follows habits that change. */
const MEMORY = 5_000;

/** Sizes count up to this many times the mean, so that one big download does not stand for many. */
const LARGEST_OF_MEAN = 3;
/** The first few, without a mean to go by, count up to so many bytes. */
const FIRST_BOUND = 50_000;

interface SizeSum {
  count: number;
  readonly bytes: MutableBytes;
}

export function createNodeSizes(saved?: SavedNodeSizes): NodeSizes {
  const nodes = new Map<string, SizeSum>();
  const all: SizeSum = { count: 0, bytes: zeroBytes() };
  const add = (sum: SizeSum, count: number, bytes: Bytes): void => {
    sum.count += count;
    sum.bytes.upload += bytes.upload;
    sum.bytes.download += bytes.download;
  };
  for (const { node, count, bytes } of saved?.nodes ?? []) {
    nodes.set(node, { count, bytes: copyBytes(bytes) });
    add(all, count, bytes);
  }
  const halve = (sum: SizeSum): void => {
    sum.count /= 2;
    sum.bytes.upload /= 2;
    sum.bytes.download /= 2;
  };
  // One big download must not make its node's connections look big: bound it at a few times the mean.
  const bound = (direction: Direction, bytes: number): number =>
    all.count < 8
      ? Math.min(bytes, FIRST_BOUND)
      : Math.min(bytes, (LARGEST_OF_MEAN * all.bytes[direction]) / all.count);
  const forgetLeastSeen = (): void => {
    const least = [...nodes].reduce((a, b) => (b[1].count < a[1].count ? b : a));
    nodes.delete(least[0]);
    add(all, -least[1].count, { upload: -least[1].bytes.upload, download: -least[1].bytes.download });
  };
  return {
    note(node, moved) {
      let sum = nodes.get(node);
      if (sum === undefined) {
        if (nodes.size >= MOST_NODES) forgetLeastSeen();
        sum = { count: 0, bytes: zeroBytes() };
        nodes.set(node, sum);
      }
      const bounded = { upload: bound('upload', moved.upload), download: bound('download', moved.download) };
      add(sum, 1, bounded);
      add(all, 1, bounded);
      if (all.count > 2 * MEMORY) for (const each of [all, ...nodes.values()]) halve(each);
    },
    ratio(node, direction) {
      const sum = nodes.get(node);
      const mean = all.count > 0 ? all.bytes[direction] / all.count : 0;
      if (sum === undefined || mean <= 0) return 1;
      return (sum.bytes[direction] + TRUST * mean) / (sum.count + TRUST) / mean;
    },
    save: () => ({ nodes: [...nodes].map(([node, { count, bytes }]) => ({ node, count, bytes: copyBytes(bytes) })) }),
  };
}

/**
 * Where the log cannot be had: a connection that frames showed lately, and not for long, stands for those like it that lived
 * between two frames.
 */
export interface SampledCandidate {
  readonly kind: 'sampled';
  readonly attribution: Attribution;
  /** Its part of what all that stand for the unseen have moved, 0 to 1 for each direction. */
  readonly part: Bytes;
}

/** A connection as far as it says something of those like it. */
export type Shown = Pick<TrackedConnection, 'attribution' | 'upload' | 'download' | 'list'>;

/** How many are kept: enough to average, few enough to follow what is going on now. */
const MOST_KEPT = 256;
/** One that more frames than so many showed is not like those that no frame shows. */
const MOST_FRAMES = 3;
/** Each counts at least this part of the mean: small samples say little about sizes. */
const FLOOR = 0.5;

/**
 * The connections that frames showed lately. A frame shows a short connection by chance, so those it showed are a
 * sample of those it did not: where the log cannot be had, they stand for them.
 */
export function createConnectionSample() {
  // How far each had come at first sight: a short one was over by then, mostly, and a long one tells no more later.
  const kept: { readonly connection: Shown; readonly since: number; readonly moved: Bytes }[] = [];
  return {
    /** A frame shows this connection for the first time, and it has moved something. */
    note(connection: Shown) {
      const { upload, download, list } = connection;
      kept.push({ connection, since: list, moved: { upload, download } });
      if (kept.length > MOST_KEPT) kept.shift();
    },
    candidates(): SampledCandidate[] {
      const short = kept.filter(({ connection, since }) => connection.list - since < MOST_FRAMES);
      const weights = short.map(() => zeroBytes());
      for (const direction of DIRECTIONS) {
        const mean = short.reduce((sum, { moved }) => sum + moved[direction], 0) / short.length;
        let sum = 0;
        short.forEach(({ connection, moved }, index) => {
          // A rejected connection downloads nothing.
          if (connection.attribution.class === 'reject' && direction === 'download') return;
          const weight = Math.min(moved[direction], LARGEST_OF_MEAN * mean) + FLOOR * mean;
          sum += weight;
          const weighed = weights[index];
          if (weighed !== undefined) weighed[direction] = weight;
        });
        for (const weighed of weights) weighed[direction] = sum > 0 ? weighed[direction] / sum : 0;
      }
      return short.map(({ connection }, index) => ({
        kind: 'sampled',
        attribution: connection.attribution,
        part: weights[index] ?? zeroBytes(),
      }));
    },
  };
}
