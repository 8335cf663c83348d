import type { Attribution } from './attribution.ts';
import type { Bytes } from './bytes.ts';

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
export interface UnseenCandidate {
  readonly kind: 'unseen';
  readonly attribution: Attribution;
  /** How long before the frame it was announced, milliseconds: it lived no longer. */
  readonly wait: number;
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

/**
 * Where the log cannot be heard: a connection that frames showed lately, and not for long, stands for those like it that lived
 * between two frames.
 */
export interface LikenessCandidate {
  readonly kind: 'likeness';
  readonly attribution: Attribution;
  /** Its part of what all that stand for the unseen have moved, 0 to 1 for each direction. */
  readonly part: Bytes;
}

/** A connection that may have moved bytes of the remainder. */
export type Candidate = ClosedCandidate | UnseenCandidate | ResumedCandidate | LikenessCandidate;
