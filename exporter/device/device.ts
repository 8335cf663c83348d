import type { LedgerOptions } from '../ledger/ledger.ts';
import {
  createDeviceCounters,
  type DeviceCounters,
  type KernelFollower,
  type Reconciliation,
} from './device-counters.ts';
import { goOnAfter, isAnotherRun, type KernelRun, openAfter, type SavedDevice } from './saved-device.ts';
import type { ReadBack } from './sync-state.ts';

/**
 * A device: its counters, and those under former DeviceIDs until the gateway has accepted their last push. All end and
 * begin at one frame, so that each byte is under one name.
 */
export interface Device extends KernelFollower {
  /** What is known of the kernel's process before its next frame: another one's totals may have outgrown those of before. */
  noteRun(now: KernelRun): void;
  /** The counters under the present DeviceID. */
  current(): DeviceCounters;
  /** The counters under former ones, to be pushed once more. */
  closed(): readonly DeviceCounters[];
  /** Closes the counters and begins those of another DeviceID, at the last frame; before any at the next one. */
  rename(deviceId: string, stateId: string): void;
  /** See {@link DeviceCounters.reconcile}; the present ones are to be compared before closed ones. */
  reconcile(counters: DeviceCounters, readBack: ReadBack, now: number, newStateId: () => string): Reconciliation;
  /** The last push of closed counters was accepted. */
  forget(closed: DeviceCounters): void;
  /** It never will be: what the gateway does not have of them is counted under the present DeviceID. */
  giveUp(closed: DeviceCounters): void;
  save(): SavedDevice;
}

interface Closed {
  readonly counters: DeviceCounters;
  /** Where they end. */
  readonly awaitsFrame: boolean;
}

/** @param machine what is known of the machine that the kernel runs on, as of now; to be saved with what it counted */
export function createDevice(
  { closed: savedClosed, ...saved }: SavedDevice,
  initialOptions: LedgerOptions,
  machine: () => KernelRun = () => ({}),
): Device {
  let options = initialOptions;
  let current = createDeviceCounters(saved, options);
  let closed: readonly Closed[] = savedClosed.map(({ awaitsFrame, ...each }) => ({
    counters: createDeviceCounters(each, options),
    awaitsFrame,
  }));
  let address = saved.kernelAddress;
  let run: KernelRun = saved.run ?? {};
  /** Of the kernel that is seen now; of the last frame's once it brings one. */
  let { life } = run;
  let logsAvailable = false;

  function forLive(task: (counters: DeviceCounters) => void): void {
    for (const { counters, awaitsFrame } of closed) if (awaitsFrame) task(counters);
    task(current);
  }
  const forget = (counters: DeviceCounters): void => {
    closed = closed.filter((each) => each.counters !== counters);
  };
  function giveUp(counters: DeviceCounters): void {
    // It may have been taken up again.
    if (!closed.some((each) => each.counters === counters)) return;
    forget(counters);
    current.takeOver(counters.unaccepted());
  }

  return {
    current: () => current,
    closed: () => closed.filter(({ awaitsFrame }) => !awaitsFrame).map(({ counters }) => counters),
    apply(frame, catalog) {
      closed = closed.map(({ counters, awaitsFrame }) => ({
        counters,
        awaitsFrame: awaitsFrame && counters.apply(frame, catalog).kind === 'stale',
      }));
      const outcome = current.apply(frame, catalog);
      if (life !== undefined && outcome.kind !== 'stale') run = { ...run, life };
      return outcome;
    },
    noteConnectionOpened: (opening) => forLive((each) => each.noteConnectionOpened(opening)),
    noteTotals: (totals) => forLive((each) => each.noteTotals(totals)),
    noteGone: (at) => forLive((each) => each.noteGone(at)),
    noteEnded: () => forLive((each) => each.noteEnded()),
    noteMachineStart: (at) => forLive((each) => each.noteMachineStart(at)),
    noteRanOn: () => forLive((each) => each.noteRanOn()),
    noteRun({ life: shown, ...now }) {
      if (isAnotherRun(run, now)) forLive((each) => each.noteEnded());
      if (shown !== undefined && shown === run.life) forLive((each) => each.noteRanOn());
      life = shown ?? life;
      run = { ...run, ...now };
    },
    setLogsAvailable(available) {
      logsAvailable = available;
      forLive((each) => each.setLogsAvailable(available));
    },
    reconfigure(next) {
      options = next;
      forLive((each) => each.reconfigure(next));
    },
    moveTo(next) {
      address = next;
      forLive((each) => each.moveTo(next));
    },
    rename(deviceId, stateId) {
      const hasFrame = current.hasFrame();
      const before = current.save();
      const reopened = closed.find(({ counters }) => counters.deviceId === deviceId);
      if (reopened !== undefined) forget(reopened.counters);
      closed = [...closed, { counters: current, awaitsFrame: !hasFrame }];
      if (reopened?.awaitsFrame === true) {
        current = reopened.counters;
        return;
      }
      const next =
        reopened === undefined
          ? openAfter(before, deviceId, stateId, hasFrame)
          : goOnAfter(before, reopened.counters.save(), hasFrame);
      current = createDeviceCounters(next, options, !hasFrame);
      current.moveTo(address);
      current.setLogsAvailable(logsAvailable);
    },
    reconcile(counters, readBack, now, newStateId) {
      const isClosed = counters !== current;
      const outcome = counters.reconcile(readBack, now, newStateId, isClosed);
      if (outcome === 'given_up') giveUp(counters);
      // The exporter that pushed after it has pushed what an old copy still holds.
      if (outcome === 'old_copy' && !isClosed) closed = [];
      return outcome;
    },
    forget,
    giveUp,
    save: () => ({
      ...current.save(),
      run: { ...run, ...machine() },
      closed: closed.map(({ counters, awaitsFrame }) => ({ ...counters.save(), awaitsFrame })),
    }),
  };
}
