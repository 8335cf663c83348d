import { createLedger } from '../ledger/ledger.ts';
import type { SavedHealthChecks, SavedInterfaces } from '../ledger/side-counters.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { SyncState } from './sync-state.ts';

/** What survives a restart of the exporter of the counters under one DeviceID, as plain JSON. */
export interface SavedCounters {
  readonly deviceId: string;
  /** As configured; while it is in doubt whether a new address has the same kernel, still the old one. */
  readonly kernelAddress: string;
  readonly stateId: string;
  /** Of the last push that was begun. */
  readonly sequence: number;
  readonly sync: SyncState;
  readonly ledger: LedgerState;
  /** Absent before an interface was first read. */
  readonly interfaces?: SavedInterfaces;
  readonly checks?: SavedHealthChecks;
}

/** Counters under a former DeviceID, whose last push has not been accepted yet. */
interface SavedClosed extends SavedCounters {
  /** The frame at which they end has not come yet. */
  readonly awaitsFrame: boolean;
}

/** What tells one process of a kernel from another, whatever clocks say. */
export interface KernelRun {
  /** What `/version` says: a running kernel does not change it. */
  readonly version?: string;
  /** The boot of the machine that it runs on, where that is this one (Linux `/proc/sys/kernel/random/boot_id`). */
  readonly boot?: string;
  /** How long that machine had been up, seconds: it falls with a boot alone. */
  readonly uptime?: number;
  /** A random id, which changes when the kernel takes other settings: the same id means the same process. */
  readonly life?: string;
}

/** Whether these are surely two processes. */
export function isAnotherRun(before: KernelRun, now: KernelRun): boolean {
  const differ = (key: 'version' | 'boot'): boolean =>
    before[key] !== undefined && now[key] !== undefined && before[key] !== now[key];
  return differ('version') || differ('boot') || (now.uptime ?? Number.POSITIVE_INFINITY) < (before.uptime ?? 0);
}

/** All that is saved of a device: its counters, and those under its former names. */
export interface SavedDevice extends SavedCounters {
  /** Of the last frame's kernel; absent where nothing is known. */
  readonly run?: KernelRun;
  readonly closed: readonly SavedClosed[];
}

/** The state of a device that has none: nothing counted yet. */
export function newDevice(deviceId: string, kernelAddress: string, stateId: string): SavedDevice {
  return {
    deviceId,
    kernelAddress,
    stateId,
    sequence: 0,
    sync: { kind: 'unknown' },
    ledger: createLedger({ localNodes: [], domainOf: () => undefined, familyCap: 0 }).state(),
    closed: [],
  };
}

/**
 * The counters of a new DeviceID: they begin where those under the one before end.
 *
 * @param hasFrame whether that is the last frame, which this process has seen; else the next one
 */
export function openAfter(before: SavedCounters, deviceId: string, stateId: string, hasFrame: boolean): SavedCounters {
  const { closed: _, ...empty } = newDevice(deviceId, before.kernelAddress, stateId);
  const opened = goOnAfter(before, empty, hasFrame);
  return { ...opened, sync: { kind: 'opened', start: { ...opened.ledger, connections: [] } } };
}

/** The same for a DeviceID whose counters were closed: they go on. */
export function goOnAfter(before: SavedCounters, closed: SavedCounters, hasFrame: boolean): SavedCounters {
  const { at, raw, latest, connections, models, pace, goneAt } = before.ledger;
  const nowhere = { raw: undefined, latest: undefined, connections: undefined, goneAt: undefined };
  const { deviceId, kernelAddress: _, stateId, sequence, sync } = closed;
  return {
    deviceId,
    kernelAddress: before.kernelAddress,
    stateId,
    sequence,
    sync,
    ledger: { ...closed.ledger, at, models, pace, ...(hasFrame ? { raw, latest, connections, goneAt } : nowhere) },
    interfaces: { series: closed.interfaces?.series ?? [], last: before.interfaces?.last ?? [] },
    checks: { seen: [], ...before.checks, series: closed.checks?.series ?? [] },
  };
}
