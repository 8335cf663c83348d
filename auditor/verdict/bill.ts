/** What an airport billed between two readings, in bytes. */
export interface Bill {
  /** At least this much; exactly this much unless rounding or a new cycle hides the rest. */
  readonly low: number;
  /** What the figures say, as they stand: rounding moves it neither way. */
  readonly likely: number;
  /** At most this much; null when a cycle ended in between, so that its last use was never seen. */
  readonly high: number | null;
  /** Whether use fell: the airport began a new cycle (or credited traffic back). */
  readonly newCycle: boolean;
  /** Whether nothing but resets that were due hid some: of them, no more than what was used between two readings. */
  readonly onlyResets?: boolean;
  /** Bytes that the airport gave back in between; absent for none. */
  readonly credit?: number;
}

/**
 * The airport's counter folded over cycles and credits, at one accepted reading. Bytes since the first reading ever,
 * unless said otherwise.
 */
export interface Mark {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Growth that was seen; never falls. */
  readonly total: number;
  /** How far the total may be off at this end because the airport rounds. */
  readonly precision: number;
  /** Steps in which some billing was hidden, such as the end of a cycle; never falls. */
  readonly gaps: number;
  /** Those of them that were resets which were due. */
  readonly resets: number;
  /** Cycles that were seen to begin; less by one where that proved wrong. */
  readonly cycles: number;
  /** Given back by the airport; less where that proved wrong. */
  readonly credited: number;
}

/** The bill between two marks of one airport, the earlier one first. */
export function billBetween(first: Mark, last: Mark): Bill {
  const likely = last.total - first.total;
  const precision = first.precision + last.precision;
  const credit = last.credited - first.credited;
  return {
    low: Math.max(0, likely - precision),
    likely,
    high: first.gaps === last.gaps ? likely + precision : null,
    newCycle: last.cycles > first.cycles,
    ...(credit > 0 ? { credit } : {}),
    ...(last.resets > first.resets && last.resets - first.resets === last.gaps - first.gaps
      ? { onlyResets: true }
      : {}),
  };
}

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
  readonly told: boolean;
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
  /** The most that devices say they lost sight of. */
  readonly lost: number;
  /** Bytes, times multipliers, that health checks cost which kernels counted. */
  readonly checks: number;
}

/** What an airport should have billed for what devices used. */
export interface Expected extends Estimate {
  /** Bytes through its sure nodes, without multipliers. */
  readonly used: number;
}
