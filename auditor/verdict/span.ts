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
  readonly bill: Pick<Bill, 'low' | 'likely' | 'high'>;
  /** Bytes that resets hid, by what was used between the readings around them; null where something else hid some too. */
  readonly hidden: number | null;
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
  /** By the key of the node. */
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

/** How a bill comes from use, as closed windows show it, with what is not sure of it. Bytes and days. */
export interface Habit {
  /** Windows that it rests on. */
  readonly spans: number;
  readonly days: number;
  /** What of a node's multiplier is learned beyond what names and settings tell. */
  multiplierOf(share: NodeShare): {
    readonly likely: number;
    readonly deviation: number;
    /** The standard deviation by which it differs between windows, as one that changes by the hour does. */
    readonly variation: number;
  };
  /** Bytes per byte expected by names, above 1, and bytes a day. */
  readonly overhead: { readonly likely: number; readonly deviation: number };
  readonly daily: { readonly likely: number; readonly deviation: number };
  /** Bytes a day since the step. */
  readonly step: { readonly likely: number; readonly deviation: number };
  /** Bytes of a span's bill that the habit does not expect; the step is no part of it. */
  residualOf(span: Span): number;
  /** Degrees of freedom that the noise is known from. */
  readonly freedom: number;
  /** The variance of so many windows together, by that of as many independent ones. */
  longRun(windows: number): number;
  /** The highest score, in standard deviations, that so many windows in a row reached; the oddest window left out. */
  highest(windows: number): number;
  predict(spans: readonly Used[]): Prediction;
}

/** As much of a span as a bill is expected from. */
export type Used = Pick<Span, 'days' | 'named' | 'nodes' | 'doubt'>;

export interface Prediction {
  readonly likely: number;
  /** Variance from what is not known of the habit; it stays, however many windows are added up. */
  readonly unsure: number;
  /** Variance by chance and by what is known to be in doubt. */
  readonly chance: number;
}
