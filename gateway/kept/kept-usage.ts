import { type Device, deviceKey } from '../access/device.ts';

/** What is kept of devices, by user. */
export interface KeptUsage {
  /** How many devices. */
  readonly devices: ReadonlyMap<string, number>;
  /** How many bytes; see {@link keptBytes}. */
  readonly bytes: ReadonlyMap<string, number>;
  /** Of one device, 0 when nothing is kept of it. */
  of(device: Device): number;
  /** Notes what a device takes from now on. @param bytes 0 when it is gone */
  set(device: Device, bytes: number): void;
}

/** What is noted beside each push, about. */
const BESIDE_BYTES = 256;

/**
 * What a push takes: its text, of which the names of series stay in memory as long as it is kept, or the gzip data that
 * is on the disk in its place, should that be longer: it can be, with blocks that hold nothing.
 */
export function keptBytes(text: Uint8Array, packed?: Uint8Array): number {
  return BESIDE_BYTES + Math.max(text.length, packed?.length ?? 0);
}

export function createKeptUsage(): KeptUsage {
  const devices = new Map<string, number>();
  const bytes = new Map<string, number>();
  const sizes = new Map<string, number>();
  const add = (to: Map<string, number>, user: string, more: number): void => {
    const sum = (to.get(user) ?? 0) + more;
    if (sum === 0) to.delete(user);
    else to.set(user, sum);
  };
  const of = (device: Device): number => sizes.get(deviceKey(device)) ?? 0;
  return {
    devices,
    bytes,
    of,
    set(device, size) {
      const before = of(device);
      add(devices, device.user, Math.sign(size) - Math.sign(before));
      add(bytes, device.user, size - before);
      if (size === 0) sizes.delete(deviceKey(device));
      else sizes.set(deviceKey(device), size);
    },
  };
}
