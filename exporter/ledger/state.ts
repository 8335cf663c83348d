import type { Dimension } from '../../core/metric-contract.ts';
import { DIMENSIONS } from '../../core/metric-contract.ts';
import type { Bytes } from '../../core/traffic.ts';
import { type SavedDaysOfUse, type TrafficSeries, type UncountedSeries, zeroBytes } from './book.ts';
import type { SavedConnection } from './connection-table.ts';
import type { FamilySeries } from './family.ts';
import type { LatestTotals, SavedLosses } from './restart.ts';
import type { SavedSettlement } from './settlement.ts';

/** Everything a ledger needs to go on after a restart, as plain JSON. Times are epoch milliseconds. */
export interface LedgerState extends SavedSettlement, SavedLosses {
  /** When the last frame arrived. */
  readonly at: number;
  /** The kernel's totals in that frame; undefined when the next frame is to be the baseline. */
  readonly raw: Bytes | undefined;
  /** That kernel's totals after that frame; absent where none came. */
  readonly latest?: LatestTotals | undefined;
  /** The kernel's totals since the baseline, continuous over its restarts. */
  readonly kernel: Bytes;
  readonly restarts: number;
  readonly traffic: readonly TrafficSeries[];
  readonly families: Readonly<Record<Dimension, readonly FamilySeries[]>>;
  readonly familyNames: Readonly<Record<Dimension, readonly [name: string, lastUsed: number][]>>;
  /** The time that names are idle by; absent before the first frame, and in states that had the clock's for it. */
  readonly daysOfUse?: SavedDaysOfUse | undefined;
  readonly uncounted: readonly UncountedSeries[];
  /** The connections of the last frame; undefined when they are not known (resumed from counters alone). */
  readonly connections: readonly SavedConnection[] | undefined;
}

/** What a device's last accepted push says of its ledger. */
export interface PushedCounters {
  readonly traffic: readonly TrafficSeries[];
  readonly families: Readonly<Record<Dimension, readonly FamilySeries[]>>;
  readonly uncounted: readonly UncountedSeries[];
  readonly kernel: Bytes;
  readonly raw: Bytes | undefined;
  readonly carry: Bytes;
  readonly restarts: number;
  /** 0 in pushes that did not tell it. */
  readonly lost: number;
}

/**
 * The state that a device goes on from when its own is gone or too old: all series and the kernel totals they rest on,
 * together, so that the bytes since that push are counted once.
 *
 * @param at when the push was accepted, or any time before the next frame, epoch milliseconds
 */
export function resumeLedgerState(pushed: PushedCounters, at: number): LedgerState {
  return {
    ...pushed,
    at,
    unclaimed: zeroBytes(),
    familyNames: Object.fromEntries(
      DIMENSIONS.map((dimension) => [
        dimension,
        [...new Set(pushed.families[dimension].map(({ key }) => key))].map((key) => [key, at]),
      ]),
    ) as unknown as Record<Dimension, [string, number][]>,
    connections: undefined,
    models: {},
  };
}

/** The names of the families; as if all were used last now where their times are by a clock. */
export function namesOf({ familyNames, daysOfUse, at }: LedgerState): LedgerState['familyNames'] {
  if (daysOfUse !== undefined) return familyNames;
  return Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, familyNames[dimension].map(([name]) => [name, at])]),
  ) as unknown as LedgerState['familyNames'];
}
