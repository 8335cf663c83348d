import type { Estimate } from './finding.ts';
import type { NodeShare, WindowRecord } from './window-record.ts';

/** A stretch over which bill and use can be compared: one window, or several that only together hold all that was reported late. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly days: number;
  /** Bytes billed for what was used within: the bill, less what was late at the start, with what was late at the end. */
  readonly billed: number;
  readonly named: Estimate;
  /** By {@link nodeKey}. */
  readonly nodes: ReadonlyMap<string, NodeShare>;
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

export const nodeKey = ({ node, provider }: Pick<NodeShare, 'node' | 'provider'>): string => `${node}\n${provider}`;

const known = new WeakMap<readonly WindowRecord[], readonly Span[]>();

/**
 * Windows as spans that can be compared, oldest first. Windows without all devices are joined with those that follow until
 * all have reported; what a new cycle or a credit hid is left out, and so are first days: until it is known how late the
 * airport bills, and until the last device was set up.
 */
export function spansOf(windows: readonly WindowRecord[]): readonly Span[] {
  const found = known.get(windows);
  if (found !== undefined) return found;
  const spans: Span[] = [];
  let group: WindowRecord[] = [];
  const first = windows[0]?.from ?? 0;
  const lag = Math.max(0, ...windows.map((window) => window.lag));
  const setUp = windows.findLastIndex(({ newcomers, to }) => newcomers && to - first <= SETTING_UP);
  for (const window of windows.slice(setUp + 1)) {
    group.push(window);
    if (!window.whole) continue;
    const span = joined(group);
    // What was late before the very first reading was never seen.
    if (span !== undefined && span.from - first >= lag) spans.push(span);
    group = [];
  }
  known.set(windows, spans);
  return spans;
}

function joined(windows: readonly WindowRecord[]): Span | undefined {
  const [first, last] = [windows[0], windows.at(-1)];
  if (first === undefined || last === undefined || last.to - first.from < SHORTEST) return undefined;
  return windows.every(isComparable) ? spanOf([first, ...windows.slice(1)]) : undefined;
}

/** Whether a window's bill is known to be for what its devices reported. */
export function isComparable({ bill, newcomers, acknowledged }: WindowRecord): boolean {
  return bill.high !== null && !newcomers && !acknowledged;
}

/** Windows that follow each other as one span. */
export function spanOf(windows: readonly [WindowRecord, ...WindowRecord[]]): Span {
  const [first] = windows;
  const last = windows.at(-1) ?? first;
  const sum = (of: (window: WindowRecord) => number): number => windows.reduce((total, each) => total + of(each), 0);
  return {
    from: first.from,
    to: last.to,
    days: (last.to - first.from) / DAY,
    billed: sum(({ bill, late }) => bill.likely + late),
    named: {
      low: sum(({ named }) => named.low),
      likely: sum(({ named }) => named.likely),
      high: sum(({ named }) => named.high),
    },
    nodes: nodesOf(windows),
    doubt: doubtOf(windows),
    checks: sum(({ checks }) => checks),
    record: last,
  };
}

function nodesOf(windows: readonly WindowRecord[]): ReadonlyMap<string, NodeShare> {
  const nodes = new Map<string, NodeShare>();
  for (const share of windows.flatMap((window) => window.nodes)) {
    const key = nodeKey(share);
    nodes.set(key, { ...share, bytes: share.bytes + (nodes.get(key)?.bytes ?? 0) });
  }
  return nodes;
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
