import type { PushId } from '../../core/device-id.ts';
import type { CheckSeries, InterfaceSeries } from '../ledger/side-counters.ts';
import type { LedgerState, PushedCounters } from '../ledger/state.ts';

/**
 * What is known of how these counters and those that the gateway holds under their DeviceID go together
 * (docs/accounting.md). `start` is the ledger as it was where the counters begin, with the first frame.
 */
export type SyncState =
  /** No state was found: they begin with a first frame, after what the gateway holds and a gap. */
  | { readonly kind: 'unknown'; readonly start?: LedgerState }
  /** A new DeviceID: they come after what the gateway holds, without a gap, for the name before has what lies between. */
  | { readonly kind: 'opened'; readonly start: LedgerState }
  /** They go on from that push; from nothing where it is left out. */
  | { readonly kind: 'known'; readonly push?: PushId };

/** What the gateway last accepted under a DeviceID. */
export type ReadBack =
  | { readonly kind: 'nothing' }
  | ({
      readonly kind: 'found';
      readonly counters: PushedCounters;
      readonly interfaces?: readonly InterfaceSeries[];
      readonly checks?: readonly CheckSeries[];
      /** By this device's clock, epoch milliseconds; a little too late rather than too early. */
      readonly acceptedAt?: number;
    } & PushId);

/** What the gateway's last push is to counters. */
type Comparison =
  /** There is none, or one that holds nothing. */
  | 'nothing'
  /** They go on from it. */
  | 'base'
  /** They pushed it. */
  | 'ours'
  /** They have not been compared yet, and it came before them. */
  | 'before'
  /** It came after them, from a later copy of their own state. */
  | 'own later'
  /** Another state has pushed since. */
  | 'other';

/**
 * @param startedAt when the counters began that have not been compared; undefined where no push can have come since
 */
export function compare(
  { stateId, sequence, sync }: PushId & { readonly sync: SyncState },
  readBack: ReadBack,
  startedAt: number | undefined,
): Comparison {
  if (readBack.kind === 'nothing' || isEmpty(readBack.counters)) return 'nothing';
  if (sync.kind === 'known' && isSamePush(sync.push, readBack)) return 'base';
  if (readBack.stateId === stateId) return readBack.sequence <= sequence ? 'ours' : 'own later';
  if (sync.kind === 'known') return 'other';
  const { acceptedAt } = readBack;
  return startedAt !== undefined && acceptedAt !== undefined && acceptedAt > startedAt ? 'other' : 'before';
}

function isSamePush(push: PushId | undefined, { stateId, sequence }: PushId): boolean {
  return push?.stateId === stateId && push.sequence === sequence;
}

/** Pushed before the device ever saw a kernel: nothing to take, and no baseline either. */
function isEmpty({ raw, kernel }: PushedCounters): boolean {
  return raw === undefined && kernel.upload === 0 && kernel.download === 0;
}
