import { regimeAfter } from './judgement.ts';
import { LONGEST_LAG, type Look } from './lateness.ts';
import type { WindowRecord } from './window-record.ts';

const LOOKS_KEPT = 200;
const WINDOWS_KEPT = 400;
/** Older windows are not learned from: their nodes are not kept. */
const NODES_KEPT = 90;

/** What is remembered of an airport beyond its readings. */
export interface Memory {
  /** Of the open window and of the two days before it, oldest first. */
  readonly looks: readonly Look[];
  /** Windows that are closed, oldest first. */
  readonly windows: readonly WindowRecord[];
}

/** What one look at the open window leaves behind. */
export interface Left {
  readonly look?: Look;
  /** The window as it is remembered should it close now. */
  readonly record?: WindowRecord;
}

export const NO_MEMORY: Memory = { looks: [], windows: [] };

/**
 * Remembers one look at the open window.
 *
 * @param anchor when the open window began, epoch milliseconds; the look's own instant where it begins the first
 */
export function afterLook({ looks, windows }: Memory, anchor: number, at: number, { look }: Left): Memory {
  // What lies in the future was read before the clock was set back.
  const kept = looks.filter((each) => each.at < at && each.at >= anchor - LONGEST_LAG);
  const begin: Look[] =
    kept.length === 0 && anchor === at ? [{ at, billed: 0, expected: 0, whole: true, leak: false }] : [];
  return { looks: [...kept, ...begin, ...(look === undefined ? [] : [look])].slice(-LOOKS_KEPT), windows };
}

/** Remembers a window that is closed; one that was never judged leaves no record. */
export function afterClose({ looks, windows }: Memory, { record }: Left): Memory {
  if (record === undefined) return { looks, windows };
  const closed = { ...record, regime: regimeAfter([...windows, record]) };
  const kept = [...windows, closed].slice(-WINDOWS_KEPT);
  const forgotten = kept.at(-NODES_KEPT - 1);
  return {
    looks,
    windows:
      forgotten === undefined || forgotten.nodes.length === 0
        ? kept
        : kept.map((each) => (each === forgotten ? { ...each, nodes: [] } : each)),
  };
}
