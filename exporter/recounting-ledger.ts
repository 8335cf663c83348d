import { createKeptFrames, type KeptFrame, type KeptFrames, type Resumption, type SavedFrame } from './kept-frames.ts';
import { type Bytes, covers, isSame, minus, plus, zeroBytes } from './ledger/bytes.ts';
import type { Birth, Catalog, Frame, Totals } from './ledger/frame.ts';
import {
  createLedger,
  type FrameOutcome,
  type Ledger,
  type LedgerCounters,
  type LedgerOptions,
} from './ledger/ledger.ts';
import { type LedgerState, withUnattributed } from './ledger/state.ts';
import { type Beginning, emptyLedger } from './saved-account.ts';

export interface RecountingLedgerStart {
  readonly ledger: LedgerState;
  readonly frames: readonly SavedFrame[];
  readonly kernelAddress: string;
}

/** Totals of the kernel that counting goes on from, and what else is known of that moment. */
type Origin = Pick<LedgerState, 'raw'> & Partial<Pick<LedgerState, 'at' | 'heard' | 'connections'>>;

/** A ledger that can go back to an earlier state and count anew what came since: it keeps what that needs. */
export interface RecountingLedger {
  apply(frame: Frame, catalog: Catalog): FrameOutcome;
  noteBirth(birth: Birth): void;
  noteTotals(totals: Totals): void;
  noteGone(at: number): void;
  noteMachineStart(at: number): void;
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
  /** Puts the counters back to what came after these totals, as if nothing had been known before. */
  beginAt(origin: Origin, missing?: Bytes): void;
  /** Adds what kernels moved that are gone. */
  addMissing(missing: Bytes | undefined): void;
  /**
   * Where a push lies among the kept frames; undefined where they do not tell.
   *
   * @param counted what was counted before the push besides what these counters hold, none when it is left out
   */
  findPush(push: Pick<LedgerState, 'raw' | 'kernel'>, counted?: Bytes): Resumption | undefined;
  /** Forgets what another process saved before a push that knew of so many restarts. */
  forgetUntil(restarts: number): void;
  /** Puts the counters back to what came after an accepted push, and tells how they begin then. */
  goOnFrom(push: Origin, found: Resumption | undefined): Beginning;
  /** The kernel is at another address: it is the same one only if a connection survives. */
  moveTo(kernelAddress: string): void;
  /** What the newest frame that was saved tells beyond the counters; undefined when they hold it. */
  ahead(): Bytes | undefined;
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
  /** The newest frame that was saved, where the ledger has not counted it. */
  let unseen: KeptFrame | undefined = frames
    .list()
    .find(({ frame, ending }) => ending === undefined && !isSame(frame, start.ledger.raw ?? frame));

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
  function restart(catalog: Catalog, lives: number): void {
    ledger.end(catalog);
    const state = ledger.state();
    replace({ ...state, raw: zeroBytes(), connections: [], restarts: state.restarts + lives });
  }

  function settleDoubt(frame: Frame, catalog: Catalog, address: string): void {
    kernelAddress = address;
    doubtful = undefined;
    const known = new Map(ledger.state().connections?.map(({ id, details }) => [id, details.start]));
    if (frame.connections.some(({ id, details }) => known.get(id) === details.start)) return;
    countUnseen();
    frames.endKernel('another kernel');
    rebase(catalog);
  }

  function addMissing(missing: Bytes | undefined): void {
    if (missing !== undefined) replace(withUnattributed(ledger.state(), missing));
  }

  function countAgain(from: LedgerState): void {
    // The gateway does not tell how fast bytes moved.
    replace({ ...from, pace: from.pace ?? ledger.state().pace });
    unseen = undefined;
    for (const kept of frames.list()) {
      const { frame, catalog, heard, ending, totalsOnly, lives, blank } = kept;
      // The next frame covers its span, and shows who was there; unless that is of another life of the kernel.
      if (totalsOnly && ending === undefined) unseen = kept;
      else if (blank !== true) ledger.apply(frame, catalog);
      if (heard !== undefined) ledger.noteTotals({ ...heard, continues: true });
      if (ending === 'another kernel') rebase(catalog);
      if (ending === 'restart') restart(catalog, lives ?? 1);
      if (ending === 'same kernel' && totalsOnly) replace({ ...ledger.state(), connections: undefined });
    }
  }

  function beginAt({ raw, at, heard, connections }: Origin, missing?: Bytes): void {
    const { at: latest, models, pace } = ledger.state();
    const before = at ?? (frames.firstAt() ?? latest) - 1;
    countAgain({ ...emptyLedger(), at: before, raw, heard, connections, models, pace });
    addMissing(missing);
  }

  function countUnseen(): void {
    if (unseen !== undefined) ledger.apply(unseen.frame, unseen.catalog);
    unseen = undefined;
  }

  return {
    apply(frame, catalog) {
      if (doubtful !== undefined) settleDoubt(frame, catalog, doubtful);
      if (unseen !== undefined && !covers(frame, unseen.frame)) countUnseen();
      unseen = undefined;
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
    noteGone(at) {
      // Nobody at a new address says nothing of the kernel at the old one.
      if (doubtful === undefined) ledger.noteGone(at);
    },
    noteMachineStart: (at) => ledger.noteMachineStart(at),
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
    countAgain,
    beginAt,
    addMissing,
    findPush({ raw, kernel }, counted = zeroBytes()) {
      const state = ledger.state();
      if (raw === undefined || state.raw === undefined) return undefined;
      return frames.find(raw, minus(plus(state.kernel, counted), kernel), state.raw);
    },
    forgetUntil(restarts) {
      const lives = frames.list().map((kept) => (kept.ending === 'restart' ? (kept.lives ?? 1) : 0));
      let known = ledger.state().restarts - lives.reduce((sum, each) => sum + each, 0);
      let endings = 0;
      for (const [index, each] of lives.entries()) {
        known += each;
        if (each > 0 && known <= restarts) endings = index + 1;
      }
      frames.forgetFirst(endings);
      frames.forgetRestoredLast();
    },
    goOnFrom(push, found) {
      frames.forgetFirst(found?.endings ?? 0);
      const missing = found?.missing;
      beginAt(missing === undefined ? push : { raw: zeroBytes(), connections: [] }, missing);
      return missing === undefined ? { baseline: push.raw } : { baseline: zeroBytes(), missing };
    },
    moveTo(address) {
      doubtful = address === kernelAddress ? undefined : address;
    },
    ahead() {
      if (unseen === undefined) return undefined;
      const raw = ledger.state().raw ?? unseen.frame;
      return covers(unseen.frame, raw) ? minus(unseen.frame, raw) : unseen.frame;
    },
    kernelAddress: () => kernelAddress,
  };
}
