/** A range of bytes, both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A figure that was learned, with the range that holds it nine times of ten. */
export interface Estimate extends Interval {
  readonly likely: number;
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
  /** Whether the node's name or a person tells the multiplier. */
  readonly stated: boolean;
  /** `sure`: a node of this airport; `possible`: no rule says whose it is. */
  readonly ownership: 'sure' | 'possible';
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
  /** Bytes, times multipliers, of the last minutes of the window, for each of {@link TAIL_MINUTES}. */
  readonly tail: readonly number[];
  /** The most that devices say they lost sight of. */
  readonly lost: number;
  /** Bytes, times multipliers, that health checks cost which kernels counted. */
  readonly checks: number;
}

/**
 * Ages of an airport's figure that are told apart, in minutes: most count within some of them, others once an hour. What
 * fits one of more than an hour best counts otherwise.
 */
export const TAIL_MINUTES = [1, 2, 3, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 75, 90] as const;

/** What an airport should have billed for what devices used. */
export interface Expected extends Estimate {
  /** Bytes through its sure nodes, without multipliers. */
  readonly used: number;
}
