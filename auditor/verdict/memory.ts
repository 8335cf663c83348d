import { regimeAfter } from './judgement.ts';
import { LONGEST_LAG, type Observation } from './lateness.ts';
import type { WindowRecord } from './window-record.ts';

const OBSERVATIONS_KEPT = 200;
const WINDOWS_KEPT = 400;
/** Older windows are not learned from: their nodes are not kept. */
const NODES_KEPT = 90;

/** What is remembered of an airport beyond its readings. */
export interface Memory {
  /** Of the open window and of the two days before it, oldest first. */
  readonly observations: readonly Observation[];
  /** Windows that are closed, oldest first. */
  readonly windows: readonly WindowRecord[];
}

/** What one observation of the open window leaves behind. */
export interface Left {
  readonly observation?: Observation;
  /** The window as it is remembered should it close now. */
  readonly record?: WindowRecord;
}

export const NO_MEMORY: Memory = { observations: [], windows: [] };

/**
 * Remembers one observation of the open window.
 *
 * @param anchor when the open window began, epoch milliseconds; the observation's own instant where it begins the first
 */
export function afterObservation(
  { observations, windows }: Memory,
  anchor: number,
  at: number,
  { observation }: Left,
): Memory {
  // What lies in the future was read before the clock was set back.
  const kept = observations.filter((each) => each.at < at && each.at >= anchor - LONGEST_LAG);
  const begin: Observation[] =
    kept.length === 0 && anchor === at ? [{ at, billed: 0, expected: 0, whole: true, leak: false }] : [];
  return {
    observations: [...kept, ...begin, ...(observation === undefined ? [] : [observation])].slice(-OBSERVATIONS_KEPT),
    windows,
  };
}

/** Remembers a window that is closed; one that was never judged leaves no record. */
export function afterClose({ observations, windows }: Memory, { record }: Left): Memory {
  if (record === undefined) return { observations, windows };
  const closed = { ...record, regime: regimeAfter([...windows, record]) };
  const kept = [...windows, closed].slice(-WINDOWS_KEPT);
  const forgotten = kept.at(-NODES_KEPT - 1);
  return {
    observations,
    windows:
      forgotten === undefined || forgotten.nodes.length === 0
        ? kept
        : kept.map((each) => (each === forgotten ? { ...each, nodes: [] } : each)),
  };
}
