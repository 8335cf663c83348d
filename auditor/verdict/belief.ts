import type { NodeShare } from './window-record.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/**
 * What is believed before anything is seen. What is likely is simple: a bill is what names tell, and what differs is small,
 * but for a few figures that may be anything (a Cauchy distribution of this scale). What is *possible* is wide, and is what
 * a range rests on where windows have not told yet: nobody is accused by a belief.
 */
const TOLD = { likely: 0.01, possible: 0.1 };
const OPEN = { likely: 0.01, possible: 0.7 };
const OVERHEAD = { likely: 0.02, possible: 0.5 };
const DAILY = { likely: 16 * MIB, possible: GIB };
/** Nothing is believed of a step. */
const STEP = 100 * GIB;

/** Figures of a bill that stand before those of nodes: overhead and bytes a day, the same of the habit before, and a step. */
export const BEFORE_NODES = 5;

/** What is believed of the figures of a bill, in GiB and days. */
export interface Beliefs {
  /** Of the Cauchy distribution of what is likely. */
  readonly scale: readonly number[];
  /** Standard deviations of what is possible. */
  readonly possible: readonly number[];
  /** Nothing is given back by the day, and no price is below 0. */
  readonly least: readonly number[];
}

/** The beliefs of a bill over some nodes, in the order of its figures. */
export function beliefsOf(nodes: readonly NodeShare[]): Beliefs {
  const prices = nodes.map(believed);
  const common = [OVERHEAD, { likely: DAILY.likely / GIB, possible: DAILY.possible / GIB }];
  const step = { likely: STEP / GIB, possible: STEP / GIB };
  const all = [...common, ...common, step, ...prices];
  return {
    scale: all.map(({ likely }) => likely),
    possible: all.map(({ possible }) => possible),
    least: [-1, 0, -1, 0, Number.NEGATIVE_INFINITY, ...prices.map(({ mean }) => -mean)],
  };
}

/** What is believed of a node's multiplier: its middle, less where others may own the node. */
export function believed({ multiplier: { low, high }, told, owners }: NodeShare): {
  mean: number;
  likely: number;
  possible: number;
} {
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  const { likely, possible } = told
    ? { likely: TOLD.likely * middle + half, possible: TOLD.possible * middle + half }
    : OPEN;
  const shared = owners === 1 ? 0 : middle / 2;
  return { mean: middle / owners, likely: Math.max(likely, shared), possible: Math.max(possible, shared) };
}
