import type { Bytes, Direction } from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import {
  createSizeModel,
  type NodeSizes,
  type Prior,
  type SampledCandidate,
  type SavedSizeModel,
} from './size-model.ts';

/** A connection that closed since the last frame: its last bytes are in the totals only. */
export interface ClosedCandidate {
  readonly kind: 'closed';
  readonly attribution: Attribution;
  /** Bytes a millisecond over the last frame that showed it. */
  readonly rate: Bytes;
  /** The same over the frame before; NaN where that did not show it. */
  readonly earlierRate: Bytes;
  /** All it had moved since it opened. */
  readonly moved: Bytes;
  /** How long it had been open, milliseconds. */
  readonly age: number;
}

/** A connection that the log announced and no frame showed: all its bytes are in the totals only. */
interface UnseenCandidate {
  readonly kind: 'unseen';
  readonly attribution: Attribution;
  /** How long before the frame it was announced, milliseconds: it lived no longer. */
  readonly wait: number;
}

/**
 * A connection that was open before the baseline, which does not say how far it had come then: some of its bytes are
 * new (a ledger that was resumed from counters alone).
 */
interface ResumedCandidate {
  readonly kind: 'resumed';
  readonly attribution: Attribution;
  /** All it has moved since it opened. */
  readonly lifetime: Bytes;
}

/** A connection that may have moved bytes of the remainder. */
export type Candidate = ClosedCandidate | UnseenCandidate | ResumedCandidate | SampledCandidate;

/** One party to a remainder: how much it is expected to have moved, and how uncertain that is. */
export interface Claim {
  /** Expected bytes, not negative. */
  readonly mean: number;
  /** Variance of that expectation, in square bytes; 0 for a claim that is certain. */
  readonly variance: number;
}

/** What is expected of one remainder. Good until something is learned. */
interface Expectation {
  /** The claim of each candidate. */
  claims(): Claim[];
  /** Learns from what the remainder really was. */
  learn(remainder: number): void;
}

export interface SavedRemainderModel {
  readonly estimates: SavedSizeModel;
  readonly busyRate: number;
}

type Part = readonly [parameter: string, weight: number];

/** How wide the sizes of small connections spread around their mean: deviation over mean. Web traffic is wider than 1. */
const SIZE_SPREAD = 2;
/** One that stands for many unseen ones stands for a few of any size: deviation over mean. */
const SAMPLED_SPREAD = 8;
/** Variance of a uniform share. */
const UNIFORM_VARIANCE = 1 / 12;
/** A connection keeps its pace when it was at least this part as fast as before. */
const SAME_PACE = 0.8;
/** What is left to a connection that lost its pace spreads so much less than to one that kept it. */
const FADED_SPREAD = 0.5;
/** How long a busy connection is expected to stay so when it has just opened, milliseconds. */
const BUSY_LIFE_MS = 2_000;
/** The longer it has lived, the longer it is expected to: by this part of its age. */
const LIFE_BY_AGE = 0.5;
/** One that had moved this many times as much as small ones do is not one of them. */
const NOT_SMALL = 10;
/** Each noted byte makes the earlier ones count less: half after this many. */
const BUSY_MEMORY_BYTES = 50_000_000;

/** How much of the bytes that it would move at its last rate is left to a connection, by its pace; and of one resumed. */
const PARTS = {
  tail: { mean: 1, deviation: 0.2 },
  faded: { mean: 0.2, deviation: 0.3 },
  spent: { mean: 0.05, deviation: 0.1 },
  resumed: { mean: 0.5, deviation: 0 },
};
/** What is believed of each parameter before anything was seen. */
const PRIORS: Readonly<Record<Direction, ReadonlyMap<string, Prior>>> = {
  upload: new Map(
    Object.entries({
      ...PARTS,
      closing: { mean: 200, deviation: 400 },
      unseen: { mean: 1_500, deviation: 3_000 },
      growth: { mean: 100, deviation: 1_000 },
      sampled: { mean: 1_000, deviation: 30_000 },
    }),
  ),
  download: new Map(
    Object.entries({
      ...PARTS,
      closing: { mean: 1_000, deviation: 4_000 },
      unseen: { mean: 15_000, deviation: 30_000 },
      growth: { mean: 1_000, deviation: 10_000 },
      sampled: { mean: 10_000, deviation: 300_000 },
    }),
  ),
};

/** One direction's model of what remainders are made of (docs/accounting.md). */
export function createRemainderModel(direction: Direction, nodeSizes: NodeSizes, saved?: SavedRemainderModel) {
  const sizes = createSizeModel(PRIORS[direction], saved?.estimates);
  // The rate of the connection that an average byte travelled on, bytes a millisecond.
  let busyRate = saved?.busyRate ?? 100;

  /**
   * Whether it was still busy when the last frame showed it: one that moved less than before has most likely come to its
   * end within that frame, and one that was not shown before and has moved no more than small ones do is over.
   */
  const paceOf = ({ rate, earlierRate, moved }: ClosedCandidate): 'tail' | 'faded' | 'spent' => {
    const earlier = earlierRate[direction];
    if (Number.isNaN(earlier)) return moved[direction] >= NOT_SMALL * sizes.mean([['unseen', 1]]) ? 'tail' : 'spent';
    return rate[direction] >= SAME_PACE * earlier ? 'tail' : 'faded';
  };

  /** What it would still have moved at its last rate, bytes. */
  const tailOf = ({ rate, age }: ClosedCandidate, elapsed: number): number => rate[direction] * busyTime(elapsed, age);

  const smallOnes = (node: string): Part[] => [['unseen', nodeSizes.ratio(node, direction)]];

  const unseenWeights = (node: string, wait: number): Part[] => [...smallOnes(node), ...bigOnes(wait)];

  /** Few are big, and then as big as their time allowed: variance = mean × the size of the big ones. */
  const unseenNoise = (node: string, wait: number): number =>
    (SIZE_SPREAD * sizes.mean(smallOnes(node))) ** 2 + sizes.mean(bigOnes(wait)) * (2 / 3) * busyRate * wait;

  const weightsOf = (candidate: Candidate, elapsed: number): Part[] => {
    const { attribution } = candidate;
    // A rejected connection downloads nothing.
    if (attribution.class === 'reject' && direction === 'download') return [];
    switch (candidate.kind) {
      case 'closed':
        return [
          [paceOf(candidate), tailOf(candidate, elapsed)],
          ['closing', 1],
        ];
      case 'resumed':
        return [['resumed', candidate.lifetime[direction]]];
      case 'sampled':
        return [['sampled', (candidate.part[direction] * elapsed) / 1000]];
      case 'unseen':
        return unseenWeights(attribution.node, candidate.wait);
    }
  };

  const noiseOf = (candidate: Candidate, elapsed: number): number => {
    const { node } = candidate.attribution;
    switch (candidate.kind) {
      case 'closed': {
        const spread = paceOf(candidate) === 'tail' ? 1 : FADED_SPREAD;
        return (2 * spread * tailOf(candidate, elapsed)) ** 2 * UNIFORM_VARIANCE;
      }
      case 'resumed':
        return candidate.lifetime[direction] ** 2 * UNIFORM_VARIANCE;
      case 'sampled':
        return (SAMPLED_SPREAD * sizes.mean(weightsOf(candidate, elapsed))) ** 2;
      case 'unseen':
        return unseenNoise(node, candidate.wait);
    }
  };

  return {
    /** Notes what an open connection moved, and how fast: how fast the busiest are bounds what one may move unseen. */
    noteRate(bytes: number, rate: number) {
      busyRate += (rate - busyRate) * (bytes / (bytes + BUSY_MEMORY_BYTES));
    },
    /** What the remainder of a frame that took `elapsed` milliseconds should be made of. */
    expect(candidates: readonly Candidate[], elapsed: number): Expectation {
      const parts = candidates.map((candidate) => {
        const weights = weightsOf(candidate, elapsed);
        return { weights, noise: weights.length > 0 ? noiseOf(candidate, elapsed) : 0 };
      });
      const sum = new Map<string, number>();
      for (const { weights } of parts) {
        for (const [name, weight] of weights) sum.set(name, (sum.get(name) ?? 0) + weight);
      }
      return {
        claims() {
          const covariances = sizes.covariances(sum);
          return parts.map(({ weights, noise }) => {
            if (weights.length === 0) return { mean: 0, variance: 0 };
            // What is not known of the parameters is uncertain for all candidates together.
            let shared = 0;
            for (const [name, weight] of weights) shared += weight * (covariances.get(name) ?? 0);
            return { mean: sizes.mean(weights), variance: Math.max(0, noise + shared) };
          });
        },
        learn(remainder) {
          const noise = parts.reduce((total, part) => total + part.noise, 0);
          sizes.learn(sum, remainder, noise);
        },
      };
    },
    save: (): SavedRemainderModel => ({ estimates: sizes.save(), busyRate }),
  };
}

/**
 * The longer before the frame a connection was announced, the bigger it may have been and still be gone: with sizes
 * spread evenly up to a bound far away, the expectation grows with the square of that time.
 */
function bigOnes(wait: number): Part[] {
  return [['growth', (wait / 1000) ** 2]];
}

/**
 * How long a busy connection that closed within `elapsed` still moved bytes, expected, milliseconds: an exponential
 * life, cut off at the frame. Which life is learned from its age, as with a gamma prior of its rate.
 */
function busyTime(elapsed: number, age: number): number {
  const life = BUSY_LIFE_MS + LIFE_BY_AGE * Math.max(0, age);
  return life - elapsed / Math.expm1(elapsed / life);
}
