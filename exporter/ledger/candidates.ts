import type { Direction } from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import type { Bytes } from './bytes.ts';
import type { Claim } from './share-out.ts';
import { createSizeModel, type Features, type Prior, type SavedSizeModel } from './size-model.ts';

/** A connection that closed since the last frame: its last bytes are in the totals only. */
export interface ClosedCandidate {
  readonly kind: 'closed';
  readonly attribution: Attribution;
  /** Bytes a millisecond over the last frame that showed it. */
  readonly rate: Bytes;
}

/** A connection that the log announced and no frame showed: all its bytes are in the totals only. */
export interface UnseenCandidate {
  readonly kind: 'unseen';
  readonly attribution: Attribution;
}

/**
 * A connection that was open before the baseline, which does not say how far it had come then: some of its bytes are
 * new (a ledger that was resumed from counters alone).
 */
export interface ResumedCandidate {
  readonly kind: 'resumed';
  readonly attribution: Attribution;
  /** All it has moved since it opened. */
  readonly lifetime: Bytes;
}

export type Candidate = ClosedCandidate | UnseenCandidate | ResumedCandidate;

/** One direction's model of what remainders are made of. */
export interface RemainderModel {
  /** The claim of each candidate to the remainder of a frame that took `elapsed` milliseconds. */
  claims(candidates: readonly Candidate[], elapsed: number): Claim[];
  /** Learns from what the remainder really was. */
  learn(candidates: readonly Candidate[], elapsed: number, remainder: number): void;
  save(): SavedSizeModel;
}

/** How wide the sizes of unseen connections spread around their mean: deviation over mean. */
const SIZE_SPREAD = 1.2;
/** A closing connection may have closed anywhere in the frame: variance of a uniform share. */
const UNIFORM_VARIANCE = 1 / 12;

const PRIOR: Readonly<Record<Direction, { unseen: Prior; closing: Prior }>> = {
  upload: { unseen: { mean: 1_500, deviation: 3_000 }, closing: { mean: 200, deviation: 400 } },
  download: { unseen: { mean: 15_000, deviation: 30_000 }, closing: { mean: 1_000, deviation: 4_000 } },
};

export function createRemainderModel(direction: Direction, saved?: SavedSizeModel): RemainderModel {
  const { unseen, closing } = PRIOR[direction];
  const model = createSizeModel((parameter) => {
    if (parameter === 'tail') return { mean: 0.5, deviation: 0.15 };
    if (parameter === 'closing') return closing;
    if (parameter === 'resumed') return { mean: 0.5, deviation: 0 };
    if (parameter === 'unseen') return unseen;
    return { mean: 0, deviation: unseen.mean / 3 };
  }, saved);

  const featuresOf = (candidate: Candidate, elapsed: number): Map<string, number> => {
    if (candidate.kind === 'closed') {
      return new Map([
        ['tail', candidate.rate[direction] * elapsed],
        ['closing', 1],
      ]);
    }
    if (candidate.kind === 'resumed') return new Map([['resumed', candidate.lifetime[direction]]]);
    // A rejected connection never brings anything down.
    if (candidate.attribution.class === 'reject' && direction === 'download') return new Map();
    return new Map([
      ['unseen', 1],
      [`node ${candidate.attribution.node}`, 1],
    ]);
  };

  const noiseOf = (candidate: Candidate, mean: number, elapsed: number): number => {
    switch (candidate.kind) {
      case 'closed':
        return (candidate.rate[direction] * elapsed) ** 2 * UNIFORM_VARIANCE + (closing.deviation / 4) ** 2;
      case 'resumed':
        return candidate.lifetime[direction] ** 2 * UNIFORM_VARIANCE;
      case 'unseen':
        return (SIZE_SPREAD * mean) ** 2;
    }
  };

  const total = (candidates: readonly Candidate[], elapsed: number): Features => {
    const sum = new Map<string, number>();
    for (const candidate of candidates) {
      for (const [name, weight] of featuresOf(candidate, elapsed)) sum.set(name, (sum.get(name) ?? 0) + weight);
    }
    return sum;
  };

  return {
    claims(candidates, elapsed) {
      const sum = total(candidates, elapsed);
      return candidates.map((candidate) => {
        const features = featuresOf(candidate, elapsed);
        if (features.size === 0) return { mean: 0, variance: 0 };
        const mean = model.mean(features);
        const shared = model.covariance(features, sum);
        return { mean, variance: Math.max(0, noiseOf(candidate, mean, elapsed) + shared) };
      });
    },
    learn(candidates, elapsed, remainder) {
      let noise = 0;
      for (const candidate of candidates) {
        const features = featuresOf(candidate, elapsed);
        if (features.size > 0) noise += noiseOf(candidate, model.mean(features), elapsed);
      }
      model.learn(total(candidates, elapsed), remainder, noise);
    },
    save: () => model.save(),
  };
}
