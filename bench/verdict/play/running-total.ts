/** Bytes that moved evenly from one instant to another; at once where both are the same. */
export interface Movement {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** What had moved by an instant: straight lines between the ends of movements. */
export interface RunningTotal {
  /** When the first movement begins, epoch milliseconds; infinite without any. */
  readonly begin: number;
  /** @param at epoch milliseconds */
  at(at: number): number;
}

/** What is known at the instants at which the pace changes. */
interface Bend {
  readonly at: number;
  /** Bytes a millisecond that begin here; negative where they end. */
  readonly pace: number;
  /** Bytes that move at this instant. */
  readonly jump: number;
  /** Movements that begin, less those that end. */
  readonly open: number;
}

/** Adds up movements in any order, which may overlap. */
export function runningTotal(movements: readonly Movement[]): RunningTotal {
  const bends = movements.flatMap(bendsOf).sort((a, b) => a.at - b.at);
  const times = new Float64Array(bends.length);
  const totals = new Float64Array(bends.length);
  let [total, pace, open, before] = [0, 0, 0, 0];
  for (const [index, bend] of bends.entries()) {
    total += pace * (bend.at - before) + bend.jump;
    open += bend.open;
    // Where nothing moves any more, no rounding of many paces goes on.
    pace = open === 0 ? 0 : pace + bend.pace;
    before = bend.at;
    times[index] = bend.at;
    totals[index] = total;
  }
  return {
    begin: times[0] ?? Number.POSITIVE_INFINITY,
    at(at) {
      const next = firstAfter(times, at);
      if (next === 0) return 0;
      const [time, value] = [times[next - 1] ?? 0, totals[next - 1] ?? 0];
      if (next === times.length) return value;
      const [until, end] = [times[next] ?? 0, totals[next] ?? 0];
      const jump = bends[next]?.jump ?? 0;
      return value + ((end - jump - value) * (at - time)) / (until - time);
    },
  };
}

function bendsOf({ from, to, bytes }: Movement): Bend[] {
  if (to <= from) return [{ at: from, pace: 0, jump: bytes, open: 0 }];
  const pace = bytes / (to - from);
  return [
    { at: from, pace, jump: 0, open: 1 },
    { at: to, pace: -pace, jump: 0, open: -1 },
  ];
}

/** The index of the first of ordered numbers above a limit; their count where none is. */
export function firstAfter(ordered: ArrayLike<number>, limit: number): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
