import { type Catalog, type ConnectionOpened, EMPTY_CATALOG, type Frame, type Totals } from '../ledger/frame.ts';
import { createLedger, type FrameOutcome, type LedgerCounters, type LedgerOptions } from '../ledger/ledger.ts';
import type { LedgerState } from '../ledger/state.ts';

/** A ledger that follows the kernel at an address, and tells whether a new address has the same kernel. */
export interface KernelLedger {
  apply(frame: Frame, catalog: Catalog): FrameOutcome;
  noteConnectionOpened(opening: ConnectionOpened): void;
  noteTotals(totals: Totals): void;
  /** The kernel of the last frame does not run any more, at this time, epoch milliseconds. */
  noteGone(at: number): void;
  /** The machine on which the kernel runs has started, at this time, epoch milliseconds. */
  noteMachineStart(at: number): void;
  setLogsAvailable(available: boolean): void;
  reconfigure(options: LedgerOptions): void;
  counters(): LedgerCounters;
  /** The kernel is at another address: it is the same one only if a connection survives. */
  moveTo(address: string): void;
}

/** The same, with what its owner alone may do. */
export interface OwnedKernelLedger extends KernelLedger {
  state(): LedgerState;
  /** Goes on with this state, at the same kernel. */
  replace(state: LedgerState): void;
  options(): LedgerOptions;
  /** What the kernel told last of its nodes. */
  catalog(): Catalog;
  /** Whether a frame was applied since the process started. */
  hasFrame(): boolean;
  /** Where the kernel is; while it is in doubt whether a new address has the same one, still the old. */
  address(): string;
}

export function createKernelLedger(
  state: LedgerState,
  initialAddress: string,
  initialOptions: LedgerOptions,
): OwnedKernelLedger {
  let options = initialOptions;
  let address = initialAddress;
  /** An address whose kernel has not shown yet whether it is the one before. */
  let doubtful: string | undefined;
  let catalog = EMPTY_CATALOG;
  let hasFrame = false;
  let logsAvailable = false;
  let ledger = createLedger(options, state);
  ledger.setLogsAvailable(logsAvailable);

  function replace(next: LedgerState): void {
    ledger = createLedger(options, next);
    ledger.setLogsAvailable(logsAvailable);
  }

  function settleDoubt(frame: Frame): void {
    if (doubtful === undefined) return;
    address = doubtful;
    doubtful = undefined;
    const known = new Map(ledger.state().connections?.map(({ id, details }) => [id, details.start]));
    if (frame.connections.some(({ id, details }) => known.get(id) === details.start)) return;
    ledger.end(catalog);
    // The frame is the baseline of another kernel.
    replace({ ...ledger.state(), raw: undefined, connections: undefined });
  }

  return {
    apply(frame, nextCatalog) {
      catalog = nextCatalog;
      settleDoubt(frame);
      const outcome = ledger.apply(frame, catalog);
      if (outcome.kind !== 'stale') hasFrame = true;
      return outcome;
    },
    noteConnectionOpened: (opening) => ledger.noteConnectionOpened(opening),
    noteTotals(totals) {
      // While the address is in doubt it is not known whose they are.
      if (doubtful === undefined) ledger.noteTotals(totals);
    },
    noteGone(at) {
      // Nobody at a new address says nothing of the kernel at the old one.
      if (doubtful === undefined) ledger.noteGone(at);
    },
    noteMachineStart: (at) => ledger.noteMachineStart(at),
    setLogsAvailable(available) {
      logsAvailable = available;
      ledger.setLogsAvailable(available);
    },
    reconfigure(next) {
      options = next;
      ledger.reconfigure(next);
    },
    counters: () => ledger.counters(),
    moveTo(next) {
      doubtful = next === address ? undefined : next;
    },
    state: () => ledger.state(),
    replace,
    options: () => options,
    catalog: () => catalog,
    hasFrame: () => hasFrame,
    address: () => address,
  };
}
