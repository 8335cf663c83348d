import { DIRECTIONS } from '../core/traffic.ts';
import {
  createInterfaceCounters,
  type InterfaceReading,
  type InterfaceSeries,
} from './interfaces/interface-counters.ts';
import type { Bytes } from './ledger/bytes.ts';
import type { Birth, Catalog, Frame, Totals } from './ledger/frame.ts';
import type { FrameOutcome, LedgerCounters, LedgerOptions } from './ledger/ledger.ts';
import type { LedgerState, PushedCounters } from './ledger/state.ts';
import { resumeLedgerState } from './ledger/state.ts';
import { createRecountingLedger } from './recounting-ledger.ts';
import {
  emptyLedger,
  isPushOf,
  isSamePush,
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
  const ledger = createRecountingLedger(
    { ...initial, frames: initial.standing.kind === 'agreed' ? [] : initial.frames },
    options,
  );
  const { frames } = ledger;
  const interfaces = createInterfaceCounters(initial.interfaces);
  let asked = false;
  let behind = false;
  /** How the ledger began, where nothing was known before. */
  let ownStart: LedgerState | undefined;
  /** The ledger that the gateway's series rest on; undefined when it has none of this account. */
  let base = initial.standing.kind === 'agreed' ? initial.ledger : undefined;
  /** The push that was begun last: its ledger, and how many kernels had ended. */
  let begun: { readonly ledger: LedgerState; readonly endings: number } | undefined;

  /**
   * New counters where none of this account's were accepted, and what they rest on may be another device's: silently,
   * as if nothing had been known, until the gateway tells that nobody else pushes under the old name.
   */
  function beginBesideAnother({ stateId: uponId, sequence: uponSequence }: Upon): Partial<SavedAccount> {
    const { at, heard, connections, models, restarts } = ledger.state();
    const latest = frames.list().at(-1)?.frame;
    const raw = latest === undefined ? undefined : { upload: latest.upload, download: latest.download };
    const restartsSince = frames.list().filter(({ ending }) => ending === 'restart').length;
    const former = { deviceId, stateId, restarts: restarts - restartsSince };
    if (ownStart === undefined) ledger.replace({ ...emptyLedger(), at, raw, heard, connections, models });
    else
      ledger.countAgain({
        ...emptyLedger(),
        at: ownStart.at,
        raw: ownStart.raw,
        connections: ownStart.connections,
        models,
      });
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
    frames: standing.kind === 'agreed' ? [] : frames.save(),
    interfaces: interfaces.save(),
  });

  return {
    deviceId,
    apply(frame, catalog) {
      const outcome = ledger.apply(frame, catalog);
      if (outcome.kind === 'baseline' && standing.kind === 'unknown') ownStart ??= ledger.state();
      return outcome;
    },
    noteBirth: (birth) => ledger.noteBirth(birth),
    noteTotals: (totals) => ledger.noteTotals(totals),
    readInterfaces: (readings) => interfaces.read(readings),
    interfaces: () => interfaces.series(),
    setLogsAvailable: (available) => ledger.setLogsAvailable(available),
    reconfigure: (next) => ledger.reconfigure(next),
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
      // Interfaces have no baseline at the gateway: what moved while there was no state is not known of them.
      if (readBack.kind === 'found') interfaces.take(readBack.interfaces ?? [], hasPushed || isOurs);
      if (readBack.kind === 'nothing' || isEmpty(readBack.counters)) {
        standing = { kind: 'agreed' };
        base = undefined;
        return before.kind === 'agreed' ? 'went_on' : 'began';
      }
      const { counters } = readBack;
      const upon = { kind: 'upon', stateId: readBack.stateId, sequence: readBack.sequence } as const;
      standing = isOurs ? { kind: 'agreed' } : upon;
      // Another state's push, unless these counters rest on it, came after all of ours: this one is an old copy, even
      // where its counters are no lower.
      const isOld = isOurs ? readBack.sequence > sequence : !isSamePush(before, standing);
      if (hasPushed && !mustTake && !isOld) {
        base ??= before.kind === 'agreed' ? initial.ledger : resumeLedgerState(counters, now);
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
      // Connections that began later are counted from their first byte. Any time before the next frame will do, which
      // has yet to come where the gateway answers sooner than the kernel.
      const [first] = frames.list();
      const latest = first === undefined ? now : first.frame.at - 1;
      const at = before.kind === 'renamed' ? latest : Math.min(latest, readBack.acceptedAt ?? latest);
      const accepted = mustTake ? (base ?? ownStart) : undefined;
      base = resumeLedgerState(before.kind === 'renamed' ? { ...counters, raw: before.baseline } : counters, at);
      // Pushed from another kernel: what this one moved since our own push was accepted is in none of it.
      if (accepted !== undefined && isOfAnotherKernel(counters.raw, accepted.raw)) {
        base = { ...base, at: accepted.at, raw: accepted.raw, connections: accepted.connections };
      }
      ledger.countAgain(base);
      return 'resumed';
    },
    former: () => (standing.kind === 'renamed' ? standing.former?.deviceId : undefined),
    settleFormer(readBack) {
      if (standing.kind !== 'renamed' || standing.former === undefined) return;
      const { baseline, former } = standing;
      standing = { kind: 'renamed', baseline };
      if (readBack.kind !== 'found' || !isPushOf(readBack, former)) return;
      const { raw, restarts } = readBack.counters;
      if (raw === undefined) return;
      // Nothing was accepted since: what the ledger has counted from there stands.
      const isBaseline = raw.upload === baseline?.upload && raw.download === baseline.download;
      if (isBaseline && restarts === former.restarts && former.upon === undefined) return;
      standing = { kind: 'renamed', baseline: raw };
      frames.forgetFirst(Math.max(0, restarts - former.restarts));
      const { at, models } = ledger.state();
      ledger.countAgain({
        ...emptyLedger(),
        at: (frames.list()[0]?.frame.at ?? at) - 1,
        raw,
        connections: undefined,
        models,
      });
    },
    beginPush() {
      sequence += 1;
      const saved = save();
      begun = { ledger: saved.ledger, endings: frames.endings() };
      return saved;
    },
    accepted() {
      if (begun === undefined) return;
      base = begun.ledger;
      standing = { kind: 'agreed' };
      frames.forgetFirst(begun.endings);
      begun = undefined;
    },
    fellBehind() {
      behind = true;
    },
    moveTo: (address) => ledger.moveTo(address),
    rename(newDeviceId, newStateId) {
      if (base !== undefined) interfaces.reset();
      const named = {
        deviceId: newDeviceId,
        kernelAddress: ledger.kernelAddress(),
        stateId: newStateId,
        sequence: 0,
        interfaces: interfaces.save(),
      };
      if (standing.kind === 'upon') return { ...save(), ...named, ...beginBesideAnother(standing) };
      // Nothing was pushed under the old name: all of it goes over.
      if (base === undefined) {
        const unsettled: Standing = standing.kind === 'agreed' ? { kind: 'unknown' } : standing;
        return { ...save(), ...named, standing: unsettled, frames: frames.save() };
      }
      const { at, raw, heard, connections, models, restarts } = base;
      ledger.countAgain({ ...emptyLedger(), at, raw, heard, connections, models });
      // An answer that was lost, or a state that was saved after its push: only the gateway knows.
      const isCertain = asked && begun === undefined;
      const former = isCertain ? {} : { former: { deviceId, stateId, restarts } };
      return {
        ...named,
        standing: { kind: 'renamed', baseline: raw, ...former },
        ledger: ledger.state(),
        frames: frames.save(),
      };
    },
  };
}

/** Pushed before the device ever saw a kernel: nothing to take, and no baseline either. */
function isEmpty({ raw, kernel }: PushedCounters): boolean {
  return raw === undefined && kernel.upload === 0 && kernel.download === 0;
}
