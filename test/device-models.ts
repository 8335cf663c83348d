import type { PushId } from '../core/device-id.ts';
import { createDevice, type Device } from '../exporter/device/device.ts';
import { createDeviceCounters, type DeviceCounters } from '../exporter/device/device-counters.ts';
import { newDevice, type SavedCounters, type SavedDevice } from '../exporter/device/saved-device.ts';
import type { ReadBack } from '../exporter/device/sync-state.ts';
import { domainOf } from '../exporter/host/node-domains.ts';
import { EMPTY_CATALOG, type Frame, type Totals } from '../exporter/ledger/frame.ts';
import type { LedgerCounters } from '../exporter/ledger/state.ts';

export const LEDGER = { localNodes: ['ua3f'], domainOf, familyCap: 50 };
const KERNEL_ADDRESS = 'http://127.0.0.1:9097';

/** A kernel whose one connection moves all bytes; `life` tells its connection from those of other lives. */
export function createKernelModel() {
  const state = { at: 1000, life: 0, total: 0, moved: 0, everMoved: 0 };
  return {
    state,
    move(bytes: number): void {
      state.total += bytes;
      state.moved += bytes;
      state.everMoved += bytes;
    },
    restart(): void {
      state.life += 1;
      state.total = 0;
      state.moved = 0;
    },
    totals(): Omit<Totals, 'continues'> {
      return { at: state.at, upload: 0, download: state.total };
    },
    frame(): Frame {
      state.at += 1000;
      const details = {
        start: 500 + state.life,
        network: 'tcp',
        type: 'Socks5',
        sourceIP: '192.168.1.7',
        sourcePort: '1',
        host: 'example.com',
        destinationPort: '443',
        process: '',
        inboundUser: '',
        chains: ['香港', '节点'],
        provider: undefined,
        rule: 'Match',
        rulePayload: '',
      };
      const connections = [{ id: `c${state.life}`, upload: 0, download: state.moved, details }];
      return { at: state.at, upload: 0, download: state.total, memory: 0, connections };
    },
  };
}

/** State ids that no other counters of a test have. */
export const newStateId = (
  (count) => () =>
    `new ${++count}`
)(0);
export const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
export const openCounters = (saved: SavedCounters): DeviceCounters => createDeviceCounters(throughJson(saved), LEDGER);
export const freshCounters = (stateId: string): DeviceCounters => openCounters(newDevice('a', KERNEL_ADDRESS, stateId));
export const openDevice = (saved: SavedDevice): Device => createDevice(throughJson(saved), LEDGER);
export const freshDevice = (stateId: string): Device => openDevice(newDevice('a', KERNEL_ADDRESS, stateId));
export const downloaded = (counters: LedgerCounters): number =>
  counters.traffic.reduce((sum, { direction, bytes }) => sum + (direction === 'download' ? bytes : 0), 0);

/** A gateway that accepts what the real one does: nothing older and nothing that fell. */
export function createGatewayModel() {
  const kept = new Map<string, PushId & { acceptedAt: number; counters: LedgerCounters }>();
  return {
    readBack(deviceId: string): ReadBack {
      const found = kept.get(deviceId);
      return found === undefined ? { kind: 'nothing' } : throughJson({ kind: 'found', ...found });
    },
    push(pushed: PushId & { deviceId: string }, counters: LedgerCounters, now: number): boolean {
      const { deviceId, stateId, sequence } = pushed;
      const last = kept.get(deviceId);
      if (last !== undefined) {
        if (last.stateId === stateId && last.sequence >= sequence) return false;
        if (counters.kernel.download < last.counters.kernel.download) return false;
        if (downloaded(counters) < downloaded(last.counters)) return false;
      }
      kept.set(deviceId, { stateId, sequence, acceptedAt: now, counters: throughJson(counters) });
      return true;
    },
    held: (deviceId: string) => kept.get(deviceId)?.counters,
  };
}

type GatewayModel = ReturnType<typeof createGatewayModel>;

/** What the pusher does, without its waiting. */
export function pushOnce(
  counters: DeviceCounters,
  gateway: GatewayModel,
  write: (saved: SavedCounters) => void,
  now: number,
): boolean {
  if (counters.mustAsk()) counters.reconcile(gateway.readBack(counters.deviceId), now, newStateId);
  const saved = counters.beginPush();
  write(saved);
  if (gateway.push(saved, counters.counters(), now)) {
    counters.accepted();
    return true;
  }
  counters.askAgain(true);
  return false;
}

/** The same for a device that may have been renamed. */
export function pushDevice(
  device: Device,
  gateway: GatewayModel,
  write: (saved: SavedDevice) => void,
  now: number,
): boolean {
  const ask = (counters: DeviceCounters): void => {
    if (counters.mustAsk()) device.reconcile(counters, gateway.readBack(counters.deviceId), now, newStateId);
  };
  ask(device.current());
  for (const closed of device.closed()) {
    ask(closed);
    if (!device.closed().includes(closed)) continue;
    if (pushOnce(closed, gateway, () => write(device.save()), now)) device.forget(closed);
  }
  return pushOnce(device.current(), gateway, () => write(device.save()), now);
}

/** Where a state goes that no test reads. */
export const nowhere = (): void => {};

/** Counters that the gateway accepted a thousand bytes from. */
export function pushedCounters(kernel: ReturnType<typeof createKernelModel>, gateway: GatewayModel): DeviceCounters {
  const counters = freshCounters('one');
  counters.apply(kernel.frame(), EMPTY_CATALOG);
  kernel.move(1000);
  counters.apply(kernel.frame(), EMPTY_CATALOG);
  pushOnce(counters, gateway, nowhere, kernel.state.at);
  return counters;
}
