import type { PushId } from '../../core/device-id.ts';
import type { Bytes } from '../../core/traffic.ts';
import { covers, minus, zeroBytes } from '../ledger/book.ts';
import { EMPTY_CATALOG, type Frame } from '../ledger/frame.ts';
import { createLedger, type Ledger, type LedgerOptions } from '../ledger/ledger.ts';
import {
  type CheckedNode,
  type CheckSeries,
  createHealthChecks,
  createInterfaceCounters,
  type InterfaceReading,
  type InterfaceSeries,
} from '../ledger/side-counters.ts';
import { type LedgerCounters, type LedgerState, type PushedCounters, resumeLedgerState } from '../ledger/state.ts';
import { type Counted, countedBetween, includes, merge, withMore } from './merge.ts';
import type { SavedCounters } from './saved-device.ts';
import { compare, type ReadBack, type SyncState } from './sync-state.ts';

/** What came of comparing with the gateway. */
export type Reconciliation =
  /** The counters go on as they are; where they are new, the gateway has none. */
  | 'went_on'
  | 'began'
  /** They go on from the gateway's; where the state was an old copy, another exporter has pushed the rest of it. */
  | 'resumed'
  | 'old_copy'
  /** Closed counters are not to be pushed: the gateway has none under their name any more, or another device's. */
  | 'given_up';

/** What a kernel and those who know of it tell. */
export interface KernelFollower extends Omit<Ledger, 'end' | 'counters' | 'state'> {
  /** The kernel is at another address: it is the same one only if a connection survives. */
  moveTo(address: string): void;
}

/** One device's counters under one DeviceID. Nothing here waits; the caller does the reading, writing and pushing. */
export interface DeviceCounters extends KernelFollower {
  counters(): LedgerCounters;
  readonly deviceId: string;
  /** Whether a frame was applied since the process started. */
  hasFrame(): boolean;
  /** Counts the health checks that a kernel shows beyond those that it showed before. */
  noteChecks(nodes: readonly CheckedNode[]): void;
  checks(): CheckSeries[];
  /** Counts what the interfaces of the kernel's machine moved. */
  readInterfaces(readings: readonly InterfaceReading[]): void;
  interfaces(): InterfaceSeries[];
  save(): SavedCounters;
  /** Whether the gateway must be asked what it holds before the next push. */
  mustAsk(): boolean;
  /**
   * Compares with the gateway's answer; after it {@link mustAsk} is false.
   *
   * @param now by this device's clock, epoch milliseconds
   * @param newStateId another state id, should another exporter turn out to have this one's
   * @param isClosed they belong to a former DeviceID
   */
  reconcile(readBack: ReadBack, now: number, newStateId: () => string, isClosed?: boolean): Reconciliation;
  /** Begins a push: its id, to be saved with the counters before it leaves. */
  beginPush(): SavedCounters;
  /** The push that was begun last has been accepted. */
  accepted(): void;
  /**
   * What the gateway holds must be known before another push begins.
   *
   * @param holdsMore it refused one, for it holds more than these counters, which then take it over; else it is not known
   *   whether it accepted it
   */
  askAgain(holdsMore: boolean): void;
  /** What no push that was accepted is known to hold. */
  unaccepted(): Counted;
  /** Counts what other counters have given up. */
  takeOver(counted: Counted): void;
}

/** @param isRestored the state was saved, so that pushes may have followed it */
export function createDeviceCounters(
  saved: SavedCounters,
  initialOptions: LedgerOptions,
  isRestored = true,
): DeviceCounters {
  const { deviceId } = saved;
  let { stateId, sequence, sync } = saved;
  let options = initialOptions;
  /** Where the kernel is; while it is in doubt whether a new address has the same one, still the old. */
  let address = saved.kernelAddress;
  /** An address whose kernel has not shown yet whether it is the one before. */
  let doubtful: string | undefined;
  let catalog = EMPTY_CATALOG;
  let hasFrame = false;
  let logsAvailable = false;
  let ledger = openLedger(saved.ledger);
  const interfaces = createInterfaceCounters(saved.interfaces);
  const checks = createHealthChecks(saved.checks);
  /** Whether the gateway has answered, and whether it must be asked again; then, whether because it holds more. */
  let compared = false;
  let mustAsk = true;
  let behind = false;
  /** The ledger up to where all is accepted, or else as the first frame left it; undefined before that. */
  let since: LedgerState | undefined;
  /** The ledger of the push that was begun last, as long as it may have been accepted. */
  let begun: LedgerState | undefined;
  /** The same of the one before it. */
  let begunBefore: LedgerState | undefined;

  function openLedger(state: LedgerState): Ledger {
    const opened = createLedger(options, state);
    opened.setLogsAvailable(logsAvailable);
    return opened;
  }

  /** The first frame from a new address tells whether it is of another kernel, whose baseline it then is. */
  function settleDoubt(frame: Frame): void {
    if (doubtful === undefined) return;
    address = doubtful;
    doubtful = undefined;
    const known = new Map(ledger.state().connections?.map(({ id, details }) => [id, details.start]));
    if (frame.connections.some(({ id, details }) => known.get(id) === details.start)) return;
    ledger.end(catalog);
    ledger = openLedger({ ...ledger.state(), raw: undefined, connections: undefined });
  }

  /** What is known of a kernel at a new address says nothing of the one at the old address. */
  function unlessDoubtful(tell: () => void): void {
    if (doubtful === undefined) tell();
  }

  const start = (): LedgerState | undefined => (sync.kind === 'known' ? undefined : sync.start);
  const restoredStart = isRestored ? start()?.at : undefined;

  /**
   * What another exporter pushed of the kernel that is watched here, after all that is known to be accepted from
   * here, as of the present life of that kernel; undefined where it is of another kernel.
   */
  function overtaking(pushed: PushedCounters, own: LedgerState): PushedCounters | undefined {
    if (pushed.raw === undefined || since?.raw === undefined || own.raw === undefined) return undefined;
    if (pushed.restarts === own.restarts) {
      const before = since.restarts === own.restarts ? since.raw : zeroBytes();
      return covers(pushed.raw, before) && covers(own.raw, pushed.raw) ? pushed : undefined;
    }
    // It ended since, so that nothing here tells how far it came; only one kernel has raised both totals by the same.
    const grew = minus(pushed.kernel, since.kernel);
    const isOne = pushed.restarts === since.restarts && isSame(grew, minus(pushed.raw, since.raw));
    if (!isOne || !covers(pushed.raw, since.raw) || !covers(own.kernel, pushed.kernel)) return undefined;
    const { restarts, lost = 0 } = own;
    const raw = minus(own.raw, minus(own.kernel, pushed.kernel));
    return { ...pushed, raw, restarts, lost: pushed.lost + lost - (since.lost ?? 0) };
  }

  const isSince = (readBack: ReadBack): boolean =>
    readBack.kind === 'found' && since !== undefined && isSame(readBack.counters.kernel, since.kernel);

  return {
    deviceId,
    apply(frame, nodes) {
      catalog = nodes;
      settleDoubt(frame);
      const outcome = ledger.apply(frame, catalog);
      if (outcome.kind === 'stale') return outcome;
      hasFrame = true;
      since ??= ledger.state();
      if (sync.kind === 'unknown' && sync.start === undefined) sync = { kind: 'unknown', start: since };
      return outcome;
    },
    noteConnectionOpened: (opening) => ledger.noteConnectionOpened(opening),
    noteTotals: (totals) => unlessDoubtful(() => ledger.noteTotals(totals)),
    noteGone: (at) => unlessDoubtful(() => ledger.noteGone(at)),
    noteEnded: () => unlessDoubtful(() => ledger.noteEnded()),
    noteRanOn: () => unlessDoubtful(() => ledger.noteRanOn()),
    noteMachineStart: (at) => ledger.noteMachineStart(at),
    setLogsAvailable(available) {
      logsAvailable = available;
      ledger.setLogsAvailable(available);
    },
    reconfigure(next) {
      options = next;
      ledger.reconfigure(next);
    },
    moveTo(next) {
      doubtful = next === address ? undefined : next;
    },
    counters: () => ledger.counters(),
    hasFrame: () => hasFrame,
    noteChecks: (nodes) => checks.count(nodes, options.localNodes),
    checks: () => checks.series(),
    readInterfaces: (readings) => interfaces.read(readings),
    interfaces: () => interfaces.series(),
    save: () => ({
      deviceId,
      kernelAddress: address,
      stateId,
      sequence,
      sync,
      ledger: ledger.state(),
      interfaces: interfaces.save(),
      checks: checks.save(),
    }),
    mustAsk: () => mustAsk,
    reconcile(readBack, now, newStateId, isClosed = false) {
      const comparison = compare({ stateId, sequence, sync }, readBack, restoredStart);
      // A push whose answer was lost has arrived where all that it says is held.
      if (readBack.kind === 'found' && begun !== undefined && includes(readBack.counters, begun)) since = begun;
      if (isClosed && (comparison === 'nothing' || comparison === 'other')) return 'given_up';
      const before = sync;
      // Of what came after it, and of a copy of this state that has its name, nothing is known here.
      const isKnown = comparison === 'base' || (comparison === 'ours' && (!compared || isSince(readBack)));
      const mustTake = behind || (compared && !isKnown);
      compared = true;
      mustAsk = false;
      behind = false;
      begun = undefined;
      if (readBack.kind === 'nothing' || comparison === 'nothing') {
        since = start() ?? since;
        sync = readBack.kind === 'nothing' ? { kind: 'known' } : knownFrom(readBack);
        return before.kind === 'known' ? 'went_on' : 'began';
      }
      const { counters, acceptedAt } = readBack;
      // Interfaces and health checks have no baseline at the gateway: what came while there was no state is not known.
      const includesOwn = before.kind === 'known' || isKnown;
      interfaces.take(readBack.interfaces ?? [], includesOwn);
      checks.take(readBack.checks ?? [], includesOwn);
      sync = knownFrom(readBack);
      if (comparison === 'base' || (isKnown && !mustTake)) since = resumeLedgerState(counters, now);
      if (isKnown && !mustTake) return 'went_on';
      const own = ledger.state();
      const overtaken = comparison === 'base' || comparison === 'before' ? undefined : overtaking(counters, own);
      const firstMark = comparison === 'before' && before.kind !== 'known' ? before.start : undefined;
      const merged = merge({
        pushed: overtaken ?? counters,
        acceptedAt,
        mark: overtaken ? own : (firstMark ?? since),
        countGap: overtaken !== undefined || (!mustTake && (comparison !== 'before' || before.kind === 'unknown')),
        own,
        now,
        catalog,
        options,
      });
      ledger = openLedger(merged.ledger);
      since = merged.upToMark;
      if (comparison === 'before') return 'resumed';
      // It may be a copy on another device, which must not pass for this one.
      stateId = newStateId();
      sequence = 0;
      return mustTake ? 'resumed' : 'old_copy';
    },
    beginPush() {
      sequence += 1;
      const state = this.save();
      begunBefore = begun;
      begun = state.ledger;
      return state;
    },
    accepted() {
      since = begun ?? since;
      begun = undefined;
      sync = { kind: 'known', push: { stateId, sequence } };
    },
    askAgain(holdsMore) {
      mustAsk = true;
      behind = holdsMore;
      if (holdsMore) begun = begunBefore;
    },
    unaccepted() {
      const own = ledger.state();
      return countedBetween(own, start() ?? (compared ? (since ?? own) : saved.ledger));
    },
    takeOver(counted) {
      ledger = openLedger(withMore(ledger.state(), counted, options));
    },
  };
}

const isSame = (a: Bytes, b: Bytes): boolean => covers(a, b) && covers(b, a);
const knownFrom = ({ stateId, sequence }: PushId): SyncState => ({ kind: 'known', push: { stateId, sequence } });
