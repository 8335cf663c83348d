import { DIRECTIONS } from '../../core/traffic.ts';
import type { Attribution } from './attribution.ts';
import { type Bytes, zeroBytes } from './bytes.ts';
import type { LikenessCandidate } from './candidates.ts';

/**
 * The short connections that frames showed lately. A frame shows a short connection by chance, so those it showed are
 * a sample of those it did not: where the log cannot be heard, they stand for them.
 */
export interface Likenesses {
  /** A short connection that frames showed has closed; what it moved in all. */
  note(attribution: Attribution, moved: Bytes): void;
  candidates(): LikenessCandidate[];
}

/** How many are kept: enough to average, few enough to follow what is going on now. */
const MOST_KEPT = 256;
/** A size counts up to this many times the mean, so that one big download does not stand for many. */
const OUTLIER = 3;
/** Each counts at least this part of the mean: small samples say little about sizes. */
const FLOOR = 0.5;

export function createLikenesses(): Likenesses {
  const kept: { readonly attribution: Attribution; readonly moved: Bytes }[] = [];
  return {
    note(attribution, { upload, download }) {
      kept.push({ attribution, moved: { upload, download } });
      if (kept.length > MOST_KEPT) kept.shift();
    },
    candidates() {
      const weights = kept.map(() => zeroBytes());
      for (const direction of DIRECTIONS) {
        const mean = kept.reduce((sum, { moved }) => sum + moved[direction], 0) / kept.length;
        let sum = 0;
        kept.forEach(({ attribution, moved }, index) => {
          // A rejected connection never brings anything down.
          if (attribution.class === 'reject' && direction === 'download') return;
          const weight = Math.min(moved[direction], OUTLIER * mean) + FLOOR * mean;
          sum += weight;
          const weighed = weights[index];
          if (weighed !== undefined) weighed[direction] = weight;
        });
        for (const weighed of weights) weighed[direction] = sum > 0 ? weighed[direction] / sum : 0;
      }
      return kept.map(({ attribution }, index) => ({
        kind: 'likeness',
        attribution,
        part: weights[index] ?? zeroBytes(),
      }));
    },
  };
}
