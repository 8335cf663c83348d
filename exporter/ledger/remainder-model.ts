import type { Direction } from '../../core/traffic.ts';
import type { Candidate, ClosedCandidate } from './candidates.ts';
import type { NodeSizes } from './node-sizes.ts';
import type { Claim } from './share-out.ts';
import { createSizeModel, type Prior, type SavedSizeModel } from './size-model.ts';

/** One direction's model of what remainders are made of (docs/accounting.md). */
export interface RemainderModel {
  /** Notes what an open connection moved, and how fast: how fast the busiest are bounds what one may move unseen. */
  noteRate(bytes: number, rate: number): void;
  /** What the remainder of a frame that took `elapsed` milliseconds should be made of. */
  expect(candidates: readonly Candidate[], elapsed: number): Expectation;
  save(): SavedRemainderModel;
}

/** What is expected of one remainder. Good until something is learned. */
export interface Expectation {
  /** The claim of each candidate. */
  claims(): Claim[];
  /** Learns from what the remainder really was. */
  learn(remainder: number): void;
}

export interface SavedRemainderModel {
  readonly sizes: SavedSizeModel;
  readonly busyRate: number;
}

type Weights = readonly (readonly [parameter: string, weight: number])[];

/** How wide the sizes of small connections spread around their mean: deviation over mean. Web traffic is wider than 1. */
const SIZE_SPREAD = 2;
/** How far the mean size of a node is expected to lie from what its seen connections say: deviation over mean. */
const NODE_SPREAD = 0.05;
/** One that stands for many unseen ones stands for a few of any size: deviation over mean. */
const LIKENESS_SPREAD = 8;
/** Variance of a uniform share. */
const UNIFORM_VARIANCE = 1 / 12;
/** How far what one closing connection moves lies from the mean of all, bytes. */
const CLOSING_NOISE: Readonly<Record<Direction, number>> = { upload: 100, download: 1_000 };
/** A connection keeps its pace when it was at least this part as fast as before. */
const SAME_PACE = 0.8;
/** What is left to a connection that lost its pace spreads so much less than to one that kept it. */
const FADED_SPREAD = 0.5;
/** How long a busy connection is expected to stay so after a frame showed it, milliseconds. */
const BUSY_LIFE_MS = 2_000;
/** Each noted byte makes the earlier ones count less: half after this many. */
const BUSY_MEMORY_BYTES = 50_000_000;

/** What is believed before anything was seen: bytes of a small connection, of a closing one, and see `growth` below. */
const PRIORS: Readonly<Record<Direction, { unseen: Prior; closing: Prior; growth: Prior; unheard: Prior }>> = {
  upload: {
    unseen: { mean: 1_500, deviation: 3_000 },
    closing: { mean: 200, deviation: 400 },
    growth: { mean: 100, deviation: 1_000 },
    unheard: { mean: 1_000, deviation: 30_000 },
  },
  download: {
    unseen: { mean: 15_000, deviation: 30_000 },
    closing: { mean: 1_000, deviation: 4_000 },
    growth: { mean: 1_000, deviation: 10_000 },
    unheard: { mean: 10_000, deviation: 300_000 },
  },
};

export function createRemainderModel(
  direction: Direction,
  nodeSizes: NodeSizes,
  saved?: SavedRemainderModel,
): RemainderModel {
  const { unseen, closing, growth, unheard } = PRIORS[direction];
  const sizes = createSizeModel((parameter) => {
    if (parameter === 'tail') return { mean: 1, deviation: 0.2 };
    if (parameter === 'faded') return { mean: 0.2, deviation: 0.3 };
    if (parameter === 'spent') return { mean: 0.05, deviation: 0.1 };
    if (parameter === 'closing') return closing;
    if (parameter === 'resumed') return { mean: 0.5, deviation: 0 };
    if (parameter === 'unseen') return unseen;
    if (parameter === 'unheard') return unheard;
    if (parameter === 'growth') return growth;
    return { mean: 0, deviation: unseen.mean * NODE_SPREAD };
  }, saved?.sizes);
  // The rate of the connection that an average byte travelled on, bytes a millisecond.
  let busyRate = saved?.busyRate ?? 100;

  /**
   * Whether it was still busy when the last frame showed it: one that moved less than before has most likely come to its
   * end within that frame, and one that was not shown before and moved less than busy ones do was small and is over.
   */
  const paceOf = ({ rate, earlierRate }: ClosedCandidate): 'tail' | 'faded' | 'spent' => {
    const earlier = earlierRate[direction];
    if (Number.isNaN(earlier)) return rate[direction] >= SAME_PACE * busyRate ? 'tail' : 'spent';
    return rate[direction] >= SAME_PACE * earlier ? 'tail' : 'faded';
  };

  const featuresOf = (candidate: Candidate, elapsed: number): Weights => {
    // A rejected connection never brings anything down.
    if (candidate.attribution.class === 'reject' && direction === 'download') return [];
    switch (candidate.kind) {
      case 'closed':
        return [
          [paceOf(candidate), candidate.rate[direction] * busyTime(elapsed)],
          ['closing', 1],
        ];
      case 'resumed':
        return [['resumed', candidate.lifetime[direction]]];
      case 'likeness':
        return [['unheard', (candidate.part[direction] * elapsed) / 1000]];
      case 'unseen':
        return [
          ...smallFeatures(candidate.attribution.node, nodeSizes.ratio(candidate.attribution.node, direction)),
          ...bigFeatures(candidate.wait),
        ];
    }
  };

  const noiseOf = (candidate: Candidate, elapsed: number): number => {
    switch (candidate.kind) {
      case 'closed': {
        const spread = paceOf(candidate) === 'tail' ? 1 : FADED_SPREAD;
        const tail = spread * candidate.rate[direction] * busyTime(elapsed);
        return (2 * tail) ** 2 * UNIFORM_VARIANCE + CLOSING_NOISE[direction] ** 2;
      }
      case 'resumed':
        return candidate.lifetime[direction] ** 2 * UNIFORM_VARIANCE;
      case 'likeness':
        return (LIKENESS_SPREAD * sizes.mean(featuresOf(candidate, elapsed))) ** 2;
      case 'unseen': {
        // Few are big, and then as big as their time allowed: variance = mean × the size of the big ones.
        const small = sizes.mean(
          smallFeatures(candidate.attribution.node, nodeSizes.ratio(candidate.attribution.node, direction)),
        );
        const big = sizes.mean(bigFeatures(candidate.wait));
        return (SIZE_SPREAD * small) ** 2 + big * (2 / 3) * busyRate * candidate.wait;
      }
    }
  };

  return {
    noteRate(bytes, rate) {
      busyRate += (rate - busyRate) * (bytes / (bytes + BUSY_MEMORY_BYTES));
    },
    expect(candidates, elapsed) {
      const parts = candidates.map((candidate) => {
        const features = featuresOf(candidate, elapsed);
        return { features, noise: features.length > 0 ? noiseOf(candidate, elapsed) : 0 };
      });
      const sum = new Map<string, number>();
      for (const { features } of parts) {
        for (const [name, weight] of features) sum.set(name, (sum.get(name) ?? 0) + weight);
      }
      return {
        claims() {
          const covariances = sizes.covariances(sum);
          return parts.map(({ features, noise }) => {
            if (features.length === 0) return { mean: 0, variance: 0 };
            // What is not known of the parameters is uncertain for all candidates together.
            let shared = 0;
            for (const [name, weight] of features) shared += weight * (covariances.get(name) ?? 0);
            return { mean: sizes.mean(features), variance: Math.max(0, noise + shared) };
          });
        },
        learn(remainder) {
          const noise = parts.reduce((total, part) => total + part.noise, 0);
          sizes.learn(sum, remainder, noise);
        },
      };
    },
    save: () => ({ sizes: sizes.save(), busyRate }),
  };
}

function smallFeatures(node: string, ratio: number): Weights {
  return [
    ['unseen', ratio],
    [`node ${node}`, 1],
  ];
}

/**
 * The longer before the frame a connection was announced, the bigger it may have been and still be gone: with sizes
 * spread evenly up to a bound far away, the expectation grows with the square of that time.
 */
function bigFeatures(wait: number): Weights {
  return [['growth', (wait / 1000) ** 2]];
}

/**
 * How long a busy connection that closed within `elapsed` still moved bytes, expected, milliseconds: an exponential
 * life, cut off at the frame.
 */
function busyTime(elapsed: number): number {
  return BUSY_LIFE_MS - elapsed / Math.expm1(elapsed / BUSY_LIFE_MS);
}
