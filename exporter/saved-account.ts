import type { InterfaceSeries, SavedInterfaces } from './interfaces/interface-counters.ts';
import type { SavedFrame } from './kept-frames.ts';
import type { Bytes } from './ledger/bytes.ts';
import type { CheckSeries, SavedHealthChecks } from './ledger/health-checks.ts';
import { createLedger } from './ledger/ledger.ts';
import type { LedgerState, PushedCounters } from './ledger/state.ts';

/** How a device's counters stand to what the gateway last accepted from it. */
export type Standing =
  /** They go on from there, or the gateway has nothing: then how they began. */
  | { readonly kind: 'agreed'; readonly beginning?: Beginning }
  /** No state was found: what the gateway has, if anything, comes first; else the totals of the first frame. */
  | { readonly kind: 'unknown'; readonly start?: Bytes }
  /** They go on from that push, which another state made; none of this one's has been accepted since. */
  | Upon
  /** A new DeviceID on a kernel that was counted under another: what the gateway has, upon our own baseline. */
  | Renamed;

/** Where counters begin that the gateway has accepted none of. */
export interface Beginning {
  /** The kernel's totals; undefined when the next frame tells. */
  readonly baseline: Bytes | undefined;
  /** What kernels moved that ended before, and no other name has. */
  readonly missing?: Bytes;
}

export interface Renamed extends Beginning {
  readonly kind: 'renamed';
  readonly former?: Former;
}

/** A push that another state made. */
export interface Upon {
  readonly kind: 'upon';
  readonly stateId: string;
  readonly sequence: number;
  /** Present where what came before was counted under another name, so that nothing of that push is our baseline. */
  readonly beginning?: Beginning;
}

/** The name before, while it is not known which push was the last that the gateway accepted under it. */
export interface Former {
  readonly deviceId: string;
  readonly stateId: string;
  /** Of the kernel, up to the baseline. */
  readonly restarts: number;
  /** What had been counted under that name and is not part of these counters; absent where that is not known. */
  readonly counted?: Bytes;
  /** What these counters went on from, where none of their own was known to be accepted. */
  readonly upon?: Pick<Upon, 'stateId' | 'sequence'>;
}

/** What survives a restart of the exporter. */
export interface SavedAccount {
  readonly deviceId: string;
  /** As configured. */
  readonly kernelAddress: string;
  readonly stateId: string;
  /** Of the last push that was begun. */
  readonly sequence: number;
  readonly standing: Standing;
  readonly ledger: LedgerState;
  /** What counting again from the gateway's baseline needs; empty once they agree. */
  readonly frames: readonly SavedFrame[];
  /** Absent before an interface was first read. */
  readonly interfaces?: SavedInterfaces;
  /** Absent in states that did not count health checks. */
  readonly checks?: SavedHealthChecks;
}

/** What the gateway last accepted under this DeviceID. */
export type ReadBack =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'found';
      readonly stateId: string;
      readonly sequence: number;
      readonly counters: PushedCounters;
      readonly interfaces?: readonly InterfaceSeries[];
      readonly checks?: readonly CheckSeries[];
      /** By this device's clock, epoch milliseconds; a little too late rather than too early. */
      readonly acceptedAt?: number;
    };

/** The state of a device that has none: nothing counted yet. */
export function newAccount(deviceId: string, kernelAddress: string, stateId: string): SavedAccount {
  return {
    deviceId,
    kernelAddress,
    stateId,
    sequence: 0,
    standing: { kind: 'unknown' },
    ledger: emptyLedger(),
    frames: [],
  };
}

/** The state of a ledger that has seen nothing. */
export function emptyLedger(): LedgerState {
  return createLedger({ localNodes: [], familyCap: 0 }).state();
}

/** How these counters began, as long as none of them was accepted; undefined where that is not known. */
export function beginningOf(standing: Standing): Beginning | undefined {
  if (standing.kind === 'unknown') return undefined;
  if (standing.kind !== 'renamed') return standing.beginning;
  const { baseline, missing } = standing;
  return missing === undefined ? { baseline } : { baseline, missing };
}

/** The same where the first frame has come, for counters that began before any. */
export function begunAt(standing: Standing, totals: Bytes): Standing {
  if (standing.kind === 'unknown') return { ...standing, start: standing.start ?? totals };
  const beginning = beginningOf(standing);
  if (beginning === undefined || beginning.baseline !== undefined) return standing;
  if (standing.kind === 'renamed') return { ...standing, baseline: totals };
  return { ...standing, beginning: { ...beginning, baseline: totals } };
}

/** Whether counting again may be needed from before what was counted last. */
export function needsFrames(standing: Standing): boolean {
  return standing.kind !== 'agreed' || standing.beginning !== undefined;
}

/** Whether this push is of the account that had the name before, or the one that it went on from. */
export function isPushOf({ stateId, sequence }: Pick<Upon, 'stateId' | 'sequence'>, former: Former): boolean {
  const { upon } = former;
  return stateId === former.stateId || (stateId === upon?.stateId && sequence === upon.sequence);
}

/** Whether two accounts go on from the same push of another state. */
export function isSamePush(before: Standing, now: Standing): boolean {
  return (
    before.kind === 'upon' && now.kind === 'upon' && before.stateId === now.stateId && before.sequence === now.sequence
  );
}
