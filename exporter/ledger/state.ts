import { type Dimension, eachDimension } from '../../core/metric-contract.ts';
import type { Bytes } from '../../core/traffic.ts';
import { type SavedDaysOfUse, type TrafficSeries, type UncountedSeries, zeroBytes } from './book.ts';
import type { SavedConnection } from './connection-table.ts';
import type { FamilySeries } from './family.ts';
import type { LatestTotals, SavedLosses } from './restart.ts';
import type { SavedSettlement } from './settlement.ts';

/** What a ledger counted, as a push says it. */
export interface PushedCounters {
  readonly traffic: readonly TrafficSeries[];
  readonly families: Readonly<Record<Dimension, readonly FamilySeries[]>>;
  readonly uncounted: readonly UncountedSeries[];
  /** The kernel's totals since the baseline, continuous over its restarts: Σ traffic + carry. */
  readonly kernel: Bytes;
  /** The kernel's totals in the last frame; undefined before the first: then the next frame is to be the baseline. */
  readonly raw: Bytes | undefined;
  /** Bytes of the totals not yet attributed, signed. */
  readonly carry: Bytes;
  readonly restarts: number;
  /** What kernels may have moved through proxies, at most, after the last that was seen of them. Bytes. */
  readonly lost: number;
}

/** All that a ledger counts, as it is. */
export interface LedgerCounters extends PushedCounters {
  /** Open connections and the kernel's memory in the last frame. */
  readonly connections: number;
  readonly memory: number;
}

/** Everything a ledger needs to go on after a restart, as plain JSON. Times are epoch milliseconds. */
export interface LedgerState extends PushedCounters, SavedSettlement, SavedLosses {
  /** When the last frame arrived. */
  readonly at: number;
  /** That kernel's totals after that frame; absent where none came. */
  readonly latest?: LatestTotals | undefined;
  /** Where names were last used is not known, all keys have one that was used last now. */
  readonly familyNames?: Readonly<Record<Dimension, readonly [name: string, lastUsed: number][]>> | undefined;
  /** The time that names are idle by; absent before the first frame. */
  readonly daysOfUse?: SavedDaysOfUse | undefined;
  /** The connections of the last frame; undefined when they are not known (resumed from counters alone). */
  readonly connections: readonly SavedConnection[] | undefined;
}

/**
 * The state that a device goes on from when its own is gone or too old: all series and the kernel totals they rest on,
 * together, so that the bytes since that push are counted once.
 *
 * @param at when the push was accepted, or any time before the next frame, epoch milliseconds
 */
export function resumeLedgerState(pushed: PushedCounters, at: number): LedgerState {
  return { ...pushed, at, unclaimed: zeroBytes(), connections: undefined, models: {} };
}

/** The names of the families, and when each last moved a byte. */
export const namesOf = ({ familyNames, families, at }: LedgerState): NonNullable<LedgerState['familyNames']> =>
  familyNames ??
  eachDimension((dimension) => [...new Set(families[dimension].map(({ key }) => key))].map((key) => [key, at]));
