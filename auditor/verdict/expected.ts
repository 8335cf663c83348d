import { type Calibration, HIGHEST_RATIO } from './calibration.ts';

/** A range of bytes, both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What one node of an airport carried in a window. */
export interface NodeUse {
  readonly node: string;
  readonly provider: string;
  /** Bytes that the kernels' totals count. */
  readonly bytes: number;
  /** Bytes of dialer-proxy hops and the kernels' own DNS, which the airport bills although the totals leave them out. */
  readonly uncounted: number;
  readonly multiplier: Interval;
  /** `sure`: a node of this airport; `possible`: no rule says whose it is. */
  readonly claim: 'sure' | 'possible';
}

export interface DeviceUse {
  readonly nodes: readonly NodeUse[];
  /** Bytes of no known node, any of which may have been billed. */
  readonly unattributed: number;
  /**
   * Bytes, times multipliers, that moved so close to either end of the window that the airport's counter, which lags
   * by minutes, may hold them on the other side.
   */
  readonly nearEdges: number;
}

/** What an airport should have billed for what devices used. */
export interface Expected extends Interval {
  /** The best single figure: sure nodes times the middle of their multipliers. */
  readonly likely: number;
  /** Bytes through its sure nodes, without multipliers. */
  readonly used: number;
}

/** Σ bytes × multiplier over the airport's nodes, as an interval over everything that is not known for sure. */
export function expectedBill({ nodes, unattributed, nearEdges }: DeviceUse): Expected {
  const total = { low: 0, high: 0, likely: 0, used: 0 };
  let highest = 1;
  for (const { bytes, uncounted, multiplier, claim } of nodes) {
    const moved = bytes + uncounted;
    total.high += moved * multiplier.high;
    if (claim === 'possible') continue;
    highest = Math.max(highest, multiplier.high);
    total.low += moved * multiplier.low;
    total.likely += (moved * (multiplier.low + multiplier.high)) / 2;
    total.used += moved;
  }
  return {
    low: Math.floor(Math.max(0, total.low - nearEdges)),
    high: Math.ceil(total.high + unattributed * highest + nearEdges),
    likely: Math.round(total.likely),
    used: total.used,
  };
}

/** Before an airport's ratio is learned, what its protocol may add to the payload. */
const OVERHEAD = 1.03;

/**
 * An expectation as an airport's own ratio and daily offset make it.
 *
 * @param days length of the window
 * @param backlog bytes of before the window that may be billed in it
 */
export function calibrated(expected: Expected, calibration: Calibration, days: number, backlog: number): Expected {
  const { ratio, offset } = calibration;
  const daily = offset * days;
  // A ratio beyond what protocols add says which of unsure multipliers hold, not that more than the highest is billed.
  const most = calibration.days === 0 ? OVERHEAD : Math.min(HIGHEST_RATIO, Math.max(1, ratio));
  return {
    low: Math.floor(expected.low * Math.min(1, ratio)),
    high: Math.ceil((expected.high + backlog) * most + daily),
    likely: Math.round(expected.likely * ratio + daily),
    used: expected.used,
  };
}
