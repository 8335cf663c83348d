import { createKeptFrames, type KeptFrames, type SavedFrame } from './kept-frames.ts';
import { zeroBytes } from './ledger/bytes.ts';
import type { Birth, Catalog, Frame, Totals } from './ledger/frame.ts';
import {
  createLedger,
  type FrameOutcome,
  type Ledger,
  type LedgerCounters,
  type LedgerOptions,
} from './ledger/ledger.ts';
import type { LedgerState } from './ledger/state.ts';

export interface RecountingLedgerStart {
  readonly ledger: LedgerState;
  readonly frames: readonly SavedFrame[];
  readonly kernelAddress: string;
}

/** A ledger that can go back to an earlier state and count anew what came since: it keeps what that needs. */
export interface RecountingLedger {
  apply(frame: Frame, catalog: Catalog): FrameOutcome;
  noteBirth(birth: Birth): void;
  noteTotals(totals: Totals): void;
  setLogsAvailable(available: boolean): void;
  reconfigure(options: LedgerOptions): void;
  counters(): LedgerCounters;
  state(): LedgerState;
  /** The frames that are kept. */
  readonly frames: KeptFrames;
  /** Puts the counters back to this state, without counting what came since. */
  replace(state: LedgerState): void;
  /** Counts anew, from an earlier state, what the frames kept since then tell. */
  countAgain(from: LedgerState): void;
  /** The kernel is at another address: it is the same one only if a connection survives. */
  moveTo(kernelAddress: string): void;
  /** Where the kernel is; while it is in doubt whether a new address has the same one, still the old. */
  kernelAddress(): string;
}

export function createRecountingLedger(start: RecountingLedgerStart, initialOptions: LedgerOptions): RecountingLedger {
  let { kernelAddress } = start;
  let options = initialOptions;
  let ledger: Ledger = createLedger(options, start.ledger);
  /** An address whose kernel has not shown yet whether it is the one before. */
  let doubtful: string | undefined;
  let logsAvailable = false;
  const frames = createKeptFrames(start.frames);

  function replace(state: LedgerState): void {
    ledger = createLedger(options, state);
    ledger.setLogsAvailable(logsAvailable);
  }

  /** Keeps the counters and takes the next frame for the baseline of a kernel that is not the one before. */
  function rebase(catalog: Catalog): void {
    ledger.end(catalog);
    replace({ ...ledger.state(), raw: undefined, connections: undefined });
  }

  /** Takes the next frame for the first of a kernel that began at 0. */
  function restart(catalog: Catalog): void {
    ledger.end(catalog);
    const state = ledger.state();
    replace({ ...state, raw: zeroBytes(), connections: [], restarts: state.restarts + 1 });
  }

  function settleDoubt(frame: Frame, catalog: Catalog, address: string): void {
    kernelAddress = address;
    doubtful = undefined;
    const known = new Map(ledger.state().connections?.map(({ id, details }) => [id, details.start]));
    if (frame.connections.some(({ id, details }) => known.get(id) === details.start)) return;
    frames.endKernel('another kernel');
    rebase(catalog);
  }

  return {
    apply(frame, catalog) {
      if (doubtful !== undefined) settleDoubt(frame, catalog, doubtful);
      const outcome = ledger.apply(frame, catalog);
      if (outcome.kind === 'stale') return outcome;
      if (outcome.kind === 'restarted') frames.endKernel('restart');
      frames.see(frame, catalog, ledger.heard());
      return outcome;
    },
    noteTotals(totals) {
      // Nor is it known whose they are.
      if (doubtful !== undefined) return;
      ledger.noteTotals(totals);
      frames.hear(ledger.heard());
    },
    noteBirth: (birth) => ledger.noteBirth(birth),
    setLogsAvailable(available) {
      logsAvailable = available;
      ledger.setLogsAvailable(available);
    },
    reconfigure(next) {
      options = next;
      ledger.reconfigure(next);
    },
    counters: () => ledger.counters(),
    state: () => ledger.state(),
    frames,
    replace,
    countAgain(from) {
      replace(from);
      for (const { frame, catalog, heard, ending, totalsOnly } of frames.list()) {
        // The next frame covers its span, and shows who was there.
        if (!totalsOnly || ending !== undefined) ledger.apply(frame, catalog);
        if (heard !== undefined) ledger.noteTotals({ ...heard, continues: true });
        if (ending === 'another kernel') rebase(catalog);
        if (ending === 'restart') restart(catalog);
      }
    },
    moveTo(address) {
      doubtful = address === kernelAddress ? undefined : address;
    },
    kernelAddress: () => kernelAddress,
  };
}
