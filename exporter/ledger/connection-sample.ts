import { DIRECTIONS } from '../../core/traffic.ts';
import { type Bytes, zeroBytes } from './bytes.ts';
import type { TrackedConnection } from './connection-table.ts';
import type { SampledCandidate } from './remainder-model.ts';

/**
 * The connections that frames showed lately. A frame shows a short connection by chance, so those it showed are a
 * sample of those it did not: where the log cannot be heard, they stand for them.
 */
export interface ConnectionSample {
  /** A frame shows this connection for the first time, and it has moved something. */
  note(connection: Shown): void;
  candidates(): SampledCandidate[];
}

/** A connection as far as it tells of those like it. */
export type Shown = Pick<TrackedConnection, 'attribution' | 'upload' | 'download' | 'list'>;

/** How many are kept: enough to average, few enough to follow what is going on now. */
const MOST_KEPT = 256;
/** One that more frames than so many showed is not like those that no frame shows. */
const MOST_FRAMES = 3;
/** A size counts up to this many times the mean, so that one big download does not stand for many. */
const OUTLIER = 3;
/** Each counts at least this part of the mean: small samples say little about sizes. */
const FLOOR = 0.5;

export function createConnectionSample(): ConnectionSample {
  // How far each had come at first sight: a short one was over by then, mostly, and a long one tells no more later.
  const kept: { readonly connection: Shown; readonly since: number; readonly moved: Bytes }[] = [];
  return {
    note(connection) {
      const { upload, download, list } = connection;
      kept.push({ connection, since: list, moved: { upload, download } });
      if (kept.length > MOST_KEPT) kept.shift();
    },
    candidates() {
      const short = kept.filter(({ connection, since }) => connection.list - since < MOST_FRAMES);
      const weights = short.map(() => zeroBytes());
      for (const direction of DIRECTIONS) {
        const mean = short.reduce((sum, { moved }) => sum + moved[direction], 0) / short.length;
        let sum = 0;
        short.forEach(({ connection, moved }, index) => {
          // A rejected connection never brings anything down.
          if (connection.attribution.class === 'reject' && direction === 'download') return;
          const weight = Math.min(moved[direction], OUTLIER * mean) + FLOOR * mean;
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
