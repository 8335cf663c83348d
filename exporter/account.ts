import { DIRECTIONS } from '../core/traffic.ts';
import {
  createInterfaceCounters,
  type InterfaceReading,
  type InterfaceSeries,
} from './interfaces/interface-counters.ts';
import { type Bytes, covers, isSame, minus, plus, zeroBytes } from './ledger/bytes.ts';
import type { Birth, Catalog, Frame, Totals } from './ledger/frame.ts';
import { type CheckedNode, type CheckSeries, createHealthChecks } from './ledger/health-checks.ts';
import type { FrameOutcome, LedgerCounters, LedgerOptions } from './ledger/ledger.ts';
import type { LedgerState, PushedCounters } from './ledger/state.ts';
import { resumeLedgerState } from './ledger/state.ts';
import { createRecountingLedger } from './recounting-ledger.ts';
import {
  type Beginning,
  beginningOf,
  begunAt,
  emptyLedger,
  isPushOf,
  isSamePush,
  needsFrames,
  type ReadBack,
  type SavedAccount,
  type Standing,
  type Upon,
} from './saved-account.ts';

/** What came of comparing with the gateway. */
export type Reconciliation = 'went_on' | 'began' | 'resumed';

/** One device's counters under one state id. Nothing here waits; the caller does the reading, writing and pushing. */
export interface Account {
  readonly deviceId: string;
  apply(frame: Frame, catalog: Catalog): FrameOutcome;
  noteBirth(birth: Birth): void;
  noteTotals(totals: Totals): void;
  /** The kernel of the last frame does not run any more, at this time, epoch milliseconds. */
  noteGone(at: number): void;
  /** The machine on which the kernel runs has started, at this time, epoch milliseconds. */
  noteMachineStart(at: number): void;
  /** Counts the health checks that a kernel shows beyond those that it showed before. */
  noteChecks(nodes: readonly CheckedNode[]): void;
  checks(): CheckSeries[];
  /** Counts what the interfaces of the kernel's machine moved. */
  readInterfaces(readings: readonly InterfaceReading[]): void;
  interfaces(): InterfaceSeries[];
  setLogsAvailable(available: boolean): void;
  reconfigure(options: LedgerOptions): void;
  counters(): LedgerCounters;
  save(): SavedAccount;
  /** Whether the gateway must be asked what it holds before the next push. */
  mustAsk(): boolean;
  /**
   * Compares with the gateway's answer; after it {@link mustAsk} is false.
   *
   * @param now by this device's clock, epoch milliseconds
   * @param newStateId another state id, should another exporter turn out to have this one's
   */
  reconcile(readBack: ReadBack, now: number, newStateId: () => string): Reconciliation;
  /** The DeviceID before, when the gateway must be asked about that one first. */
  former(): string | undefined;
  /** Takes for the baseline what the gateway accepted last under the former name, so that no byte is under both. */
  settleFormer(readBack: ReadBack): void;
  /** Begins a push: the state to write before it leaves, with its sequence. */
  beginPush(): SavedAccount;
  /** The push that was begun last has been accepted. */
  accepted(): void;
  /** The gateway refused a push because it holds more than these counters: take its series at the next look. */
  fellBehind(): void;
  /** The kernel is at another address: it is the same one only if a connection survives. */
  moveTo(kernelAddress: string): void;
  /**
   * The state to go on with under another DeviceID: new counters for all that the gateway has not accepted under this
   * one, so that each byte is counted under one of the two names.
   */
  rename(deviceId: string, stateId: string): SavedAccount;
}

export function createAccount(initial: SavedAccount, options: LedgerOptions): Account {
  const { deviceId } = initial;
  let { stateId, sequence, standing } = initial;
  const ledger = createRecountingLedger(initial, options);
  const { frames } = ledger;
  const interfaces = createInterfaceCounters(initial.interfaces);
  const checks = createHealthChecks(initial.checks);
  let { localNodes } = options;
  let asked = false;
  let behind = false;
  /** How the ledger began, where nothing was known before. */
  let ownStart: LedgerState | undefined;
  /** The ledger that the gateway's series rest on; undefined when it has none of this account. */
  let base = needsFrames(initial.standing) ? undefined : initial.ledger;
  /** The ledger of the push that was begun last. */
  let begun: LedgerState | undefined;

  /**
   * New counters where none of this account's were accepted, and what they rest on may be another device's: silently,
   * as if nothing had been known, until the gateway tells that nobody else pushes under the old name.
   */
  function beginBesideAnother({ stateId: uponId, sequence: uponSequence }: Upon): Partial<SavedAccount> {
    const { at, heard, connections, models, pace, restarts } = ledger.state();
    const latest = frames.list().at(-1)?.frame;
    const raw = latest === undefined ? undefined : { upload: latest.upload, download: latest.download };
    const restartsSince = frames.list().filter(({ ending }) => ending === 'restart').length;
    const former = { deviceId, stateId, restarts: restarts - restartsSince };
    if (ownStart === undefined) ledger.replace({ ...emptyLedger(), at, raw, heard, connections, models, pace });
    else ledger.beginAt(ownStart);
    return {
      standing: {
        kind: 'renamed',
        baseline: ownStart === undefined ? raw : ownStart.raw,
        former: { ...former, upon: { stateId: uponId, sequence: uponSequence } },
      },
      ledger: ledger.state(),
      frames: frames.save(),
    };
  }

  /** Whether totals cannot have stood so on this kernel after `earlier` did. */
  function isOfAnotherKernel(totals: Bytes | undefined, earlier: Bytes | undefined): boolean {
    const [latest, ...more] = frames.list();
    if (totals === undefined || earlier === undefined || latest === undefined || more.length > 0) return false;
    return DIRECTIONS.some(
      (direction) => totals[direction] < earlier[direction] || totals[direction] > latest.frame[direction],
    );
  }

  const save = (): SavedAccount => ({
    deviceId,
    // While a new address is in doubt this is the old one, so that the doubt outlives a crash.
    kernelAddress: ledger.kernelAddress(),
    stateId,
    sequence,
    standing,
    ledger: ledger.state(),
    frames: needsFrames(standing) || ledger.ahead() !== undefined ? frames.save() : [],
    interfaces: interfaces.save(),
    checks: checks.save(),
  });

  return {
    deviceId,
    apply(frame, catalog) {
      const outcome = ledger.apply(frame, catalog);
      if (outcome.kind === 'baseline') {
        if (standing.kind === 'unknown') ownStart ??= ledger.state();
        standing = begunAt(standing, outcome.skipped);
      }
      return outcome;
    },
    noteBirth: (birth) => ledger.noteBirth(birth),
    noteTotals: (totals) => ledger.noteTotals(totals),
    noteGone: (at) => ledger.noteGone(at),
    noteMachineStart: (at) => ledger.noteMachineStart(at),
    noteChecks: (nodes) => checks.look(nodes, localNodes),
    checks: () => checks.series(),
    readInterfaces: (readings) => interfaces.read(readings),
    interfaces: () => interfaces.series(),
    setLogsAvailable: (available) => ledger.setLogsAvailable(available),
    reconfigure(next) {
      ({ localNodes } = next);
      ledger.reconfigure(next);
    },
    counters: () => ledger.counters(),
    save,
    mustAsk: () => !asked || behind,
    reconcile(readBack, now, newStateId) {
      const before = standing;
      const mustTake = behind;
      asked = true;
      behind = false;
      const isOurs = readBack.kind === 'found' && readBack.stateId === stateId;
      const hasPushed = before.kind === 'agreed' || before.kind === 'upon';
      // Interfaces and health checks have no baseline at the gateway: what came while there was no state is not known.
      if (readBack.kind === 'found') {
        interfaces.take(readBack.interfaces ?? [], hasPushed || isOurs);
        checks.take(readBack.checks ?? [], hasPushed || isOurs);
      }
      if (readBack.kind === 'nothing' || isEmpty(readBack.counters)) {
        standing = agreedFrom(before.kind === 'unknown' ? { baseline: before.start } : beginningOf(before));
        base = undefined;
        return before.kind === 'agreed' ? 'went_on' : 'began';
      }
      const { counters } = readBack;
      const pushed: Upon = { kind: 'upon', stateId: readBack.stateId, sequence: readBack.sequence };
      // Where another has pushed since, this may be an old copy, and what it began with is in there.
      const isOwn = before.kind === 'renamed' || isSamePush(before, pushed);
      const beginning = isOwn && !isOurs ? beginningOf(before) : undefined;
      const upon: Upon = beginning === undefined ? pushed : { ...pushed, beginning };
      standing = isOurs ? { kind: 'agreed' } : upon;
      // Another state's push, unless these counters rest on it, came after all of ours: this one is an old copy, even
      // where its counters are no lower.
      const isOld = isOurs ? readBack.sequence > sequence : !isSamePush(before, standing);
      if (hasPushed && !mustTake && !isOld) {
        if (base === undefined && isOurs) frames.forgetFirst(ledger.findPush(counters)?.endings ?? 0);
        base ??= resumeLedgerState(counters, now);
        return 'went_on';
      }
      if (isOurs) {
        // Pushed by this very account later than it was saved: its saved frames are in there.
        frames.forgetRestored();
        // Or by another that was begun with a copy of its state, which must not be able to go on unnoticed.
        stateId = newStateId();
        sequence = 0;
        standing = upon;
      }
      // Others that went on from our pushes may have pushed since: what those held is in there.
      if (hasPushed && isOld && !isOurs) ledger.forgetUntil(counters.restarts);
      // Connections that began later are counted from their first byte. Any time before the next frame will do, which
      // has yet to come where the gateway answers sooner than the kernel.
      const first = frames.firstAt();
      const latest = first === undefined ? now : first - 1;
      const at = beginning === undefined ? Math.min(latest, readBack.acceptedAt ?? latest) : latest;
      const accepted = mustTake ? (base ?? ownStart) : undefined;
      base = resumeLedgerState(beginning === undefined ? counters : { ...counters, raw: beginning.baseline }, at);
      // Pushed from another kernel: what this one moved since our own push was accepted is in none of it.
      if (beginning === undefined && accepted !== undefined && isOfAnotherKernel(counters.raw, accepted.raw)) {
        base = { ...base, at: accepted.at, raw: accepted.raw, connections: accepted.connections };
      }
      ledger.countAgain(base);
      ledger.addMissing(beginning?.missing);
      return 'resumed';
    },
    former: () => (standing.kind === 'renamed' ? standing.former?.deviceId : undefined),
    settleFormer(readBack) {
      if (standing.kind !== 'renamed' || standing.former === undefined) return;
      const { former, ...renamed } = standing;
      standing = renamed;
      if (readBack.kind !== 'found' || !isPushOf(readBack, former)) return;
      const { raw, restarts, kernel } = readBack.counters;
      if (raw === undefined) return;
      if (former.counted !== undefined && readBack.stateId === former.stateId) {
        const missing = minus(former.counted, kernel);
        // Nothing was accepted since: what the ledger has counted from there stands.
        if (isSame(missing, zeroBytes())) return;
        const found = ledger.findPush({ raw, kernel }, former.counted);
        // Pushed from a kernel that ended before these counters began.
        if (covers(missing, zeroBytes()) && (found === undefined || found.missing !== undefined)) {
          ledger.addMissing(missing);
          standing = { ...renamed, missing: plus(renamed.missing ?? zeroBytes(), missing) };
          return;
        }
        if (found !== undefined) {
          standing = { kind: 'renamed', ...ledger.goOnFrom({ raw }, found) };
          return;
        }
      }
      const isBaseline = renamed.baseline !== undefined && isSame(raw, renamed.baseline);
      if (isBaseline && restarts === former.restarts && former.upon === undefined) return;
      const endings = Math.max(0, restarts - former.restarts);
      standing = { kind: 'renamed', ...ledger.goOnFrom({ raw }, { endings, missing: undefined }) };
    },
    beginPush() {
      sequence += 1;
      const saved = save();
      begun = saved.ledger;
      frames.beginPush();
      return saved;
    },
    accepted() {
      if (begun === undefined) return;
      base = begun;
      standing = { kind: 'agreed' };
      frames.forgetPushed();
      begun = undefined;
    },
    fellBehind() {
      behind = true;
    },
    moveTo: (address) => ledger.moveTo(address),
    rename(newDeviceId, newStateId) {
      if (base !== undefined || standing.kind === 'upon') {
        interfaces.reset();
        checks.reset();
      }
      const named = {
        deviceId: newDeviceId,
        kernelAddress: ledger.kernelAddress(),
        stateId: newStateId,
        sequence: 0,
        interfaces: interfaces.save(),
        checks: checks.save(),
      };
      const { restarts: restartsBefore, kernel: kernelBefore } = ledger.state();
      const before = plus(kernelBefore, ledger.ahead() ?? zeroBytes());
      let beginning = beginningOf(standing);
      if (beginning === undefined) {
        if (standing.kind === 'upon') return { ...save(), ...named, ...beginBesideAnother(standing) };
        if (base !== undefined) beginning = ledger.goOnFrom(base, ledger.findPush(base));
      } else if (standing.kind === 'upon') {
        ledger.beginAt({ raw: beginning.baseline }, beginning.missing);
      }
      // Nothing was pushed under the old name: all of it goes over.
      if (beginning === undefined || standing.kind === 'renamed') {
        const unsettled: Standing = standing.kind === 'agreed' ? { kind: 'unknown' } : standing;
        return { ...save(), ...named, standing: unsettled, frames: frames.save() };
      }
      const { kernel, restarts } = ledger.state();
      // An answer that was lost, or a state that was saved after its push: only the gateway knows.
      const isCertain = asked && begun === undefined;
      const counted = minus(before, plus(kernel, ledger.ahead() ?? zeroBytes()));
      const former = { deviceId, stateId, restarts: restartsBefore - restarts, counted };
      return {
        ...named,
        standing: { kind: 'renamed', ...beginning, ...(isCertain ? {} : { former }) },
        ledger: ledger.state(),
        frames: frames.save(),
      };
    },
  };
}

/** @param beginning undefined where something was accepted before */
function agreedFrom(beginning: Beginning | undefined): Standing {
  return beginning === undefined ? { kind: 'agreed' } : { kind: 'agreed', beginning };
}

/** Pushed before the device ever saw a kernel: nothing to take, and no baseline either. */
function isEmpty({ raw, kernel }: PushedCounters): boolean {
  return raw === undefined && kernel.upload === 0 && kernel.download === 0;
}
