import { DIMENSIONS, eachDimension } from '../../core/metric-contract.ts';
import { covers, minus, plus } from '../ledger/book.ts';
import { isOwnWord, OTHER_KEY } from '../ledger/family.ts';
import type { Catalog } from '../ledger/frame.ts';
import { createLedger, type LedgerOptions } from '../ledger/ledger.ts';
import { type LedgerState, type PushedCounters, resumeLedgerState } from '../ledger/state.ts';

/** What a ledger counted, without where it is. */
export type Counted = Pick<
  LedgerState,
  'traffic' | 'families' | 'uncounted' | 'kernel' | 'carry' | 'unclaimed' | 'restarts' | 'lost'
>;

export interface MergeInput {
  /** All that the gateway holds. */
  readonly pushed: PushedCounters;
  /** When it was accepted, epoch milliseconds; undefined when that is not known. */
  readonly acceptedAt: number | undefined;
  /** Since when what this device counted is not in there; undefined where that is with the next frame. */
  readonly mark: LedgerState | undefined;
  /** Whether what the kernel moved between the push and the mark belongs to these counters. */
  readonly countGap: boolean;
  /** The device's own ledger as it is. */
  readonly own: LedgerState;
  readonly now: number;
  readonly catalog: Catalog;
  readonly options: LedgerOptions;
}

/**
 * What the gateway holds, plus what this device counted since the mark, plus the gap between the two.
 *
 * The gap is what the kernel's totals grew by from the push to the mark, or what a kernel moved that began at 0 since:
 * one remainder, settled onto the connections that the mark shows, and on those that began since the push, measured.
 *
 * @returns `upToMark`: without what this device counted since the mark
 */
export function merge(input: MergeInput): { ledger: LedgerState; upToMark: LedgerState } {
  const { pushed, mark, countGap, own, now, options, acceptedAt = Number.POSITIVE_INFINITY } = input;
  // Connections that opened later are counted from their first byte.
  const at = Math.min(acceptedAt, mark === undefined ? now : mark.at - 1);
  const held = resumeLedgerState(pushed, at);
  if (mark === undefined) {
    const { raw, pace, models } = own;
    const ledger = { ...held, raw: countGap ? held.raw : raw, pace, models };
    return { ledger, upToMark: ledger };
  }
  const upToMark = { ...(countGap ? withGap(held, mark, input) : held), at: mark.at, raw: mark.raw };
  const { at: _, raw, latest, connections, models, pace, goneAt } = own;
  const all = withMore(upToMark, countedBetween(own, mark), options);
  return { ledger: { ...all, at: own.at, raw, latest, connections, models, pace, goneAt }, upToMark };
}

function withGap(held: LedgerState, mark: LedgerState, { catalog, options }: MergeInput): LedgerState {
  const { raw, connections = [], at, pace, models } = mark;
  if (raw === undefined) return held;
  const ledger = createLedger(options, { ...held, pace, models });
  ledger.apply({ at, ...raw, memory: 0, connections }, catalog);
  return ledger.state();
}

/** A ledger with what another counted too; keys that find no name of theirs any more are `other`. */
export function withMore(ledger: LedgerState, more: Counted, { familyCap }: LedgerOptions): LedgerState {
  const families = eachDimension((dimension) => {
    const kept = ledger.families[dimension];
    const names = new Set(kept.map(({ key }) => key).filter((key) => !isOwnWord(key)));
    const named = more.families[dimension].map((series) => {
      if (isOwnWord(series.key) || names.has(series.key)) return series;
      if (names.size >= familyCap) return { ...series, key: OTHER_KEY };
      names.add(series.key);
      return series;
    });
    return [...kept, ...named];
  });
  return {
    ...ledger,
    kernel: plus(ledger.kernel, more.kernel),
    carry: plus(ledger.carry, more.carry),
    unclaimed: plus(ledger.unclaimed, more.unclaimed),
    restarts: ledger.restarts + more.restarts,
    lost: ledger.lost + more.lost,
    traffic: [...ledger.traffic, ...more.traffic],
    uncounted: [...ledger.uncounted, ...more.uncounted],
    families,
    familyNames: undefined,
    daysOfUse: undefined,
  };
}

/** What was counted between two states of one ledger. */
export function countedBetween(later: LedgerState, earlier: LedgerState): Counted {
  return {
    kernel: minus(later.kernel, earlier.kernel),
    carry: minus(later.carry, earlier.carry),
    unclaimed: later.unclaimed,
    restarts: later.restarts - earlier.restarts,
    lost: later.lost - earlier.lost,
    traffic: growth(later.traffic, earlier.traffic),
    uncounted: growth(later.uncounted, earlier.uncounted),
    families: eachDimension((dimension) => growth(later.families[dimension], earlier.families[dimension])),
  };
}

/** Whether a push holds all that a ledger had counted: the gateway lets no counter fall. */
export function includes(pushed: PushedCounters, ledger: LedgerState): boolean {
  const { traffic, uncounted, families } = ledger;
  return (
    covers(pushed.kernel, ledger.kernel) &&
    growth(traffic, pushed.traffic).length === 0 &&
    growth(uncounted, pushed.uncounted).length === 0 &&
    DIMENSIONS.every((dimension) => growth(families[dimension], pushed.families[dimension]).length === 0)
  );
}

interface Series {
  readonly bytes: number;
}

/** By how much series grew; one that was taken back and given out again since began at 0. */
function growth<T extends Series>(later: readonly T[], earlier: readonly T[]): T[] {
  const before = new Map(earlier.map((series) => [labelsOf(series), series.bytes]));
  return later
    .map((series) => ({ ...series, bytes: series.bytes - (before.get(labelsOf(series)) ?? 0) }))
    .filter(({ bytes }) => bytes > 0);
}

function labelsOf({ bytes: _, ...labels }: Series): string {
  return JSON.stringify(Object.entries(labels).sort());
}
