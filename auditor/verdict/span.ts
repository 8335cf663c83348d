import type { Bill } from './reading.ts';
import type { Estimate, Interval } from './use.ts';
import type { VerdictKind } from './verdict.ts';

/** What one node carried in a window, and what is known of its price before anything is learned. */
export interface NodeShare {
  readonly node: string;
  readonly provider: string;
  /** Bytes of all devices, those that the kernels' totals leave out included. */
  readonly bytes: number;
  readonly multiplier: Interval;
  /** Whether its name or a person tells the multiplier. */
  readonly stated: boolean;
  /** How many airports it may belong to; 1 where that is sure. */
  readonly owners: number;
}

/** What moved in a window, as far as a bill rests on it. Bytes. */
export interface WindowTraffic {
  readonly nodes: readonly NodeShare[];
  /** Bytes of no known node, any of which may have been billed. */
  readonly unattributed: number;
  /** Bytes, times multipliers, that moved so close to an end that the airport's counter may hold them on its other side. */
  readonly nearEdges: number;
  /** Bytes, times multipliers, of the last minutes before its end, for each of `TAIL_MINUTES`. */
  readonly tail: readonly number[];
  /** The most that devices say they lost sight of. */
  readonly lost: number;
  /** Bytes, times multipliers, that health checks cost which kernels counted: a part of what is expected. */
  readonly checks: number;
}

/** What was billed above what was expected, in one of the nights of a window, as it was observed then. */
export interface NightExcess {
  readonly days: number;
  /** Bytes; negative where less was billed. */
  readonly excess: number;
}

/** One judged window as it is remembered: what is learned of an airport is learned from these alone. */
export interface WindowRecord extends WindowTraffic {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly kind: VerdictKind;
  /** Bytes that the airport billed; `high` is null where a new cycle or a credit hid some. */
  readonly bill: Pick<Bill, 'low' | 'likely' | 'high' | 'onlyResets'>;
  /** What names and settings let expect. */
  readonly named: Estimate;
  /** Bytes still unbilled at the end less those at the start. */
  readonly deferred: number;
  /** How far that may be off. */
  readonly slack: number;
  /** Its nights, oldest first: more than one where it stayed open. */
  readonly nights: readonly NightExcess[];
  /** Bytes of before the window that may be billed in it. */
  readonly backlog: number;
  /** Bytes of its use that may be billed after it, by the largest lag seen. */
  readonly unbilled: number;
  /** Whether every device had reported up to the end; else its bytes fall into the next window. */
  readonly whole: boolean;
  /** Whether a device reported for the first time: what it used before was not counted. */
  readonly newDevices: boolean;
  /** Whether a person has looked and found nothing wrong: nothing is learned from it. */
  readonly acknowledged: boolean;
  /** The longest time, in milliseconds, after which the airport made up for what it had not billed; 0 for none. */
  readonly lag: number;
  /** Epoch milliseconds: the first window of those that the airport's present habit is learned from. */
  readonly regime: number;
  /** Epoch milliseconds: where an excess began that this window still shows; null for none. */
  readonly changed: number | null;
  /** Whether much less was billed than used; reported as `underbilled` at the second in a row. */
  readonly lacking: boolean;
  /** The surplus that was reported with this window; null where none was. */
  readonly reported: ReportedSurplus | null;
}

/** Airports that bill in batches, or when a long connection ends, catch up within this: 48 hours. */
export const LONGEST_LAG = 48 * 3_600_000;

/** A surplus as it was reported: bytes a day, and as a share of what names let expect. */
export interface ReportedSurplus {
  readonly daily: Estimate;
  readonly share: number;
}

/** Σ bytes × multiplier, as an interval over what names and settings leave open, with the health checks that were counted. */
export function namedBill({ nodes, checks }: Pick<WindowTraffic, 'nodes' | 'checks'>): Estimate {
  let [low, likely, high] = [0, checks, checks];
  for (const { bytes, multiplier, owners } of nodes) {
    high += bytes * multiplier.high;
    likely += (bytes * (multiplier.low + multiplier.high)) / 2 / owners;
    if (owners === 1) low += bytes * multiplier.low;
  }
  return { low: Math.floor(low), likely: Math.round(likely), high: Math.ceil(high) };
}

/** A node's identity: names repeat across providers. */
export const nodeKey = ({ node, provider }: Pick<NodeShare, 'node' | 'provider'>): string => `${node}\n${provider}`;

/** Shares of several windows added up by node; prices are those of the last. */
export function addShares(shares: Iterable<NodeShare>): Map<string, NodeShare> {
  const nodes = new Map<string, NodeShare>();
  for (const share of shares) {
    const key = nodeKey(share);
    nodes.set(key, { ...share, bytes: share.bytes + (nodes.get(key)?.bytes ?? 0) });
  }
  return nodes;
}

/** A stretch over which bill and use can be compared: one window, or several that together hold all late reports. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly days: number;
  /** Bytes billed in it, as the airport's counter stands. */
  readonly bill: number;
  /** Bytes of its use that were billed later, less those of before that were billed in it. */
  readonly deferred: number;
  /** Bytes billed for what was used within: the bill, plus what was deferred where the airport has a lag. */
  readonly billed: number;
  readonly named: Estimate;
  /** By {@link nodeKey}. */
  readonly nodes: ReadonlyMap<string, NodeShare>;
  /** How far what was deferred may be off; a part of the doubt where it counts. */
  readonly slack: number;
  /** Bytes by which the comparison may be off for reasons that are known: rounding, edges, loss, unattributed bytes. */
  readonly doubt: number;
  readonly checks: number;
  /** Of all its windows, oldest first. */
  readonly nights: readonly NightExcess[];
  /** The last of its windows, which stands for it. */
  readonly record: WindowRecord;
}

export const DAY = 24 * 3_600_000;

/** Whether a window's bill is known to be for what its devices reported. */
export function isComparable({ bill, newDevices, acknowledged }: WindowRecord): boolean {
  return (bill.high !== null || bill.onlyResets === true) && !newDevices && !acknowledged;
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
    billed: sum(({ bill, deferred }) => bill.likely + deferred),
    named: {
      low: sum(({ named }) => named.low),
      likely: sum(({ named }) => named.likely),
      high: sum(({ named }) => named.high),
    },
    deferred: sum(({ deferred }) => deferred),
    nodes: addShares(windows.flatMap((window) => window.nodes)),
    // A lag moves bytes over the ends of a span only.
    doubt: Math.hypot(doubtOf(windows), slack),
    slack,
    checks: sum(({ checks }) => checks),
    nights: windows.flatMap(({ nights }) => nights),
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
