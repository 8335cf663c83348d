import { type Bytes, DIRECTIONS, type Direction, type MutableBytes } from '../../core/traffic.ts';
import { type Attribution, UNATTRIBUTED } from './attribution.ts';
import { copyBytes, zeroBytes } from './book.ts';
import type { TrackedConnection } from './connection-table.ts';
import { type Candidate, type Claim, createRemainderModel, type SavedRemainderModel } from './remainder-model.ts';
import { createConnectionSample, createNodeSizes, type SavedNodeSizes } from './size-model.ts';

/** Takes bytes of the remainder for somebody. */
type BookSettled = (attribution: Attribution, direction: Direction, bytes: number) => void;

/** Attributes what the kernel's totals hold beyond what open connections moved (docs/accounting.md). */
interface Settlement {
  /** Bytes of the totals not yet attributed, signed. */
  carry(): Bytes;
  /** What an open connection moved; one that the frame before did not show is a sample of those that none shows. */
  noteMoved(connection: TrackedConnection, upload: number, download: number): void;
  /**
   * A counted connection is gone.
   *
   * @param age how old the last frame showed it, milliseconds
   * @param elapsed since that frame, milliseconds
   */
  noteClosed(connection: TrackedConnection, age: number, elapsed: number): Candidate;
  /**
   * @param remainder what the totals grew by beyond what was measured, signed
   * @param logComplete whether the log announced connections throughout
   */
  settle(
    remainder: Bytes,
    candidates: readonly Candidate[],
    elapsed: number,
    logComplete: boolean,
    book: BookSettled,
  ): void;
  save(): SavedSettlement;
}

export interface SavedSettlement {
  readonly carry: Bytes;
  /** The positive part of the carry that no candidate claimed when the last frame was settled. */
  readonly unclaimed: Bytes;
  readonly models: {
    readonly upload?: SavedRemainderModel;
    readonly download?: SavedRemainderModel;
    readonly nodeSizes?: SavedNodeSizes;
  };
}

/** A connection is short when it closed within so many frames of its opening. */
const SHORT_FRAMES = 2;
/** Where the log was not complete, claims beyond so many deviations are others' bytes. */
const PLAUSIBLE_DEVIATIONS = 6;

export function createSettlement(saved?: SavedSettlement): Settlement {
  const nodeSizes = createNodeSizes(saved?.models.nodeSizes);
  const sample = createConnectionSample();
  const models = {
    upload: createRemainderModel('upload', nodeSizes, saved?.models.upload),
    download: createRemainderModel('download', nodeSizes, saved?.models.download),
  };
  const carry: MutableBytes = copyBytes(saved?.carry ?? zeroBytes());
  const unclaimed: MutableBytes = copyBytes(saved?.unclaimed ?? zeroBytes());

  /** Settles one direction's positive carry; what stays in it waits for the next frame. */
  function settleDirection(
    direction: Direction,
    candidates: readonly Candidate[],
    claims: readonly Claim[],
    logComplete: boolean,
    book: BookSettled,
  ): void {
    const implausible = logComplete || claims.length === 0 ? 0 : Math.max(0, carry[direction] - plausible(claims));
    if (implausible > 0) {
      book(UNATTRIBUTED, direction, implausible);
      carry[direction] -= implausible;
    }
    const shares = shareOut(carry[direction], claims);
    shares.forEach((share, index) => {
      const attribution = candidates[index]?.attribution;
      if (attribution === undefined || share === 0) return;
      book(attribution, direction, share);
      carry[direction] -= share;
    });
    if (shares.length > 0) return;
    // No candidate claims it: what has already waited a frame stays unexplained.
    const waited = Math.min(unclaimed[direction], carry[direction]);
    if (waited > 0) book(UNATTRIBUTED, direction, waited);
    carry[direction] -= waited;
  }

  return {
    carry: () => copyBytes(carry),
    noteMoved(connection, upload, download) {
      if (upload > 0) models.upload.noteRate(upload, connection.uploadRate);
      if (download > 0) models.download.noteRate(download, connection.downloadRate);
      if (Number.isNaN(connection.earlierDownloadRate)) sample.note(connection);
    },
    noteClosed(connection, age, elapsed) {
      const { attribution, upload, download, uploadRate, downloadRate, earlierUploadRate, earlierDownloadRate } =
        connection;
      if (age < SHORT_FRAMES * elapsed) nodeSizes.note(attribution.node, connection);
      return {
        kind: 'closed',
        attribution,
        rate: { upload: uploadRate, download: downloadRate },
        earlierRate: { upload: earlierUploadRate, download: earlierDownloadRate },
        moved: { upload, download },
        age,
      };
    },
    settle(remainder, known, elapsed, logComplete, book) {
      const candidates = logComplete ? known : [...known, ...sample.candidates()];
      for (const direction of DIRECTIONS) {
        carry[direction] += remainder[direction];
        const owed = carry[direction];
        const expectation = models[direction].expect(candidates, elapsed);
        if (owed > 0) settleDirection(direction, candidates, expectation.claims(), logComplete, book);
        unclaimed[direction] = Math.max(0, carry[direction]);
        expectation.learn(owed);
      }
    },
    save: () => ({
      carry: copyBytes(carry),
      unclaimed: copyBytes(unclaimed),
      models: { upload: models.upload.save(), download: models.download.save(), nodeSizes: nodeSizes.save() },
    }),
  };
}

/** The most that claims together could plausibly have moved, whole bytes. */
function plausible(claims: readonly Claim[]): number {
  let most = 0;
  for (const { mean, variance } of claims) most += mean + PLAUSIBLE_DEVIATIONS * Math.sqrt(variance);
  return Math.ceil(most);
}

/**
 * Shares a remainder out among claims so that the shares are whole, not negative, and add up to it exactly.
 *
 * Given independent claims and a known sum, the best linear estimate of each is its mean plus its part of the surprise
 * (`remainder − Σ mean`), in proportion to its variance. A share that would turn negative is held at zero and the rest
 * is solved again. Without variance, shares follow the means.
 *
 * @param remainder a positive whole number of bytes
 * @returns shares in the order of the claims; empty when no claim can take anything
 */
export function shareOut(remainder: number, claims: readonly Claim[]): number[] {
  const exact = new Array<number>(claims.length).fill(0);
  let open = claims.map((_, index) => index).filter((index) => canTake(claims[index]));
  if (open.length === 0) return [];
  for (;;) {
    let means = 0;
    let variances = 0;
    for (const index of open) {
      means += claims[index]?.mean ?? 0;
      variances += claims[index]?.variance ?? 0;
    }
    const surprise = remainder - means;
    let negative = false;
    for (const index of open) {
      const { mean, variance } = claims[index] ?? { mean: 0, variance: 0 };
      const share = variances > 0 ? mean + (surprise * variance) / variances : (remainder * mean) / means;
      exact[index] = share;
      negative ||= share < 0;
    }
    if (!negative) break;
    open = open.filter((index) => {
      if ((exact[index] ?? 0) > 0) return true;
      exact[index] = 0;
      return false;
    });
  }
  return roundToSum(exact, remainder);
}

function canTake(claim: Claim | undefined): boolean {
  return claim !== undefined && (claim.mean > 0 || claim.variance > 0);
}

/** Rounds so that the sum stays: down first, then one more byte to the largest fractions. */
function roundToSum(exact: readonly number[], sum: number): number[] {
  const rounded = exact.map(Math.floor);
  let missing = sum - rounded.reduce((total, value) => total + value, 0);
  const byFraction = exact
    .map((value, index) => ({ index, fraction: value - Math.floor(value), value }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.fraction - a.fraction || b.value - a.value);
  for (let turn = 0; missing !== 0 && byFraction.length > 0; turn += 1) {
    const index = byFraction[turn % byFraction.length]?.index ?? 0;
    const step = Math.sign(missing);
    if (step < 0 && (rounded[index] ?? 0) === 0) continue;
    rounded[index] = (rounded[index] ?? 0) + step;
    missing -= step;
  }
  return rounded;
}
