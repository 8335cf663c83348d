import type { Estimate } from './bill.ts';

import { addShares, type NodeShare, type WindowRecord } from './window-record.ts';

/** A stretch over which bill and use can be compared: one window, or several that only together hold all that was reported late. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly days: number;
  /** Bytes billed in it, as the airport's counter stands. */
  readonly bill: number;
  /** Bytes of its use that were billed later, less those of before that were billed in it. */
  readonly late: number;
  /** Bytes billed for what was used within: the bill, with what was late where the airport is known to be late. */
  readonly billed: number;
  readonly named: Estimate;
  /** By {@link nodeKey}. */
  readonly nodes: ReadonlyMap<string, NodeShare>;
  /** How far what was late may be off; a part of the doubt where lateness counts. */
  readonly slack: number;
  /** Bytes by which the comparison may be off for reasons that are known: rounding, edges, loss, unattributed bytes. */
  readonly doubt: number;
  readonly checks: number;
  /** The last of its windows, which stands for it. */
  readonly record: WindowRecord;
}

export const DAY = 24 * 3_600_000;
/** What is late from the day before weighs too much in a shorter one. */
export const SHORTEST = 20 * 3_600_000;
/** While devices are still being set up, windows before the last of them are not what the airport's habit shows in. */
const SETTING_UP = 14 * DAY;

/** What windows show, and whether their bills are counted where they were used rather than where they were billed. */
export interface Compared {
  readonly spans: readonly Span[];
  readonly lateCounts: boolean;
}

const known = new WeakMap<readonly WindowRecord[], Compared>();

/**
 * Windows as spans that can be compared, oldest first. Windows without all devices are joined with those that follow until
 * all have reported; what a new cycle or a credit hid is left out, and so are first days: until it is known how late the
 * airport bills, and until the last device was set up.
 */
export function compared(windows: readonly WindowRecord[]): Compared {
  const found = known.get(windows);
  if (found !== undefined) return found;
  const spans: Span[] = [];
  let group: WindowRecord[] = [];
  const first = windows[0]?.from ?? 0;
  const setUp = windows.findLastIndex(({ newcomers, to }) => newcomers && to - first <= SETTING_UP);
  for (const window of windows.slice(setUp + 1)) {
    group.push(window);
    if (!window.whole) continue;
    const span = joined(group);
    if (span !== undefined) spans.push(span);
    group = [];
  }
  const chosen = steadier(spans, first + Math.max(0, ...windows.map(({ lag }) => lag)));
  known.set(windows, chosen);
  return chosen;
}

/** Adjusting for lateness must make bills so much steadier to count: else it is the noise of the observations that it adds. */
const STEADIER = 0.7;

/**
 * Spans with their bills as they stand, or with what was late moved to where it was used: whichever goes steadier with use.
 *
 * @param seenFrom what was late before the very first reading was not seen until then, epoch milliseconds
 */
function steadier(spans: readonly Span[], seenFrom: number): Compared {
  const plain = spans.map(unmoved);
  const lateCounts = spread(spans) < STEADIER * spread(plain);
  return { spans: lateCounts ? spans.filter(({ from }) => from >= seenFrom) : plain, lateCounts };
}

/** A span with its bill as it stands. */
export function unmoved(span: Span): Span {
  const doubt = Math.sqrt(Math.max(0, span.doubt ** 2 - span.slack ** 2));
  return { ...span, billed: span.bill, doubt };
}

/** The median distance of bills from what names let expect, by the median day. */
function spread(spans: readonly Span[]): number {
  const surplus = spans.map(({ billed, named, days }) => (billed - named.likely) / days);
  const middle = median(surplus);
  return median(surplus.map((each) => Math.abs(each - middle)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function joined(windows: readonly WindowRecord[]): Span | undefined {
  const [first, last] = [windows[0], windows.at(-1)];
  if (first === undefined || last === undefined || last.to - first.from < SHORTEST) return undefined;
  return windows.every(isComparable) ? spanOf([first, ...windows.slice(1)]) : undefined;
}

/** Whether a window's bill is known to be for what its devices reported. */
export function isComparable({ bill, newcomers, acknowledged }: WindowRecord): boolean {
  return (bill.high !== null || bill.onlyResets === true) && !newcomers && !acknowledged;
}

/** Windows that follow each other as one span. */
export function spanOf(windows: readonly [WindowRecord, ...WindowRecord[]]): Span {
  const [first] = windows;
  const last = windows.at(-1) ?? first;
  const sum = (of: (window: WindowRecord) => number): number => windows.reduce((total, each) => total + of(each), 0);
  const slack = Math.max(...windows.map((window) => window.slack));
  return {
    from: first.from,
    to: last.to,
    days: (last.to - first.from) / DAY,
    bill: sum(({ bill }) => bill.likely),
    billed: sum(({ bill, late }) => bill.likely + late),
    named: {
      low: sum(({ named }) => named.low),
      likely: sum(({ named }) => named.likely),
      high: sum(({ named }) => named.high),
    },
    late: sum(({ late }) => late),
    nodes: addShares(windows.flatMap((window) => window.nodes)),
    // Lateness moves bytes over the ends of a span alone.
    doubt: Math.hypot(doubtOf(windows), slack),
    slack,
    checks: sum(({ checks }) => checks),
    record: last,
  };
}

/** Independent doubts add up by their squares. */
function doubtOf(windows: readonly WindowRecord[]): number {
  let squares = 0;
  for (const { bill, nearEdges, lost, unattributed } of windows) {
    const rounding = (bill.high ?? bill.likely) - bill.likely;
    squares += rounding ** 2 + nearEdges ** 2 + lost ** 2 + unattributed ** 2;
  }
  return Math.sqrt(squares);
}
