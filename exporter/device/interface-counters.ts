import type { Bytes, Direction, MutableBytes } from '../../core/traffic.ts';

/** What an interface is to the kernel: the device that programs reach it through, or the way out of the machine. */
export const INTERFACE_ROLES = ['tun', 'uplink'] as const;
export type InterfaceRole = (typeof INTERFACE_ROLES)[number];

/** An interface as the system counts it. */
export interface InterfaceReading {
  readonly name: string;
  readonly role: InterfaceRole;
  /** Bytes sent and received since {@link life} began: sent is upload, into the TUN device as well as out of the machine. */
  readonly bytes: Bytes;
  /** Another text for each creation of the interface, where the system can tell; empty where it cannot. */
  readonly life: string;
}

/** One series of `flowcollect_interface_bytes_total`. */
export interface InterfaceSeries {
  readonly interface: string;
  readonly role: InterfaceRole;
  readonly direction: Direction;
  readonly bytes: number;
}

/** What survives a restart, as plain JSON. */
export interface SavedInterfaces {
  readonly series: readonly InterfaceSeries[];
  readonly last: readonly InterfaceReading[];
}

/** Bytes of interfaces, continuous over their re-creation and over restarts of the exporter and the machine. */
export interface InterfaceCounters {
  /** Counts what moved since the last reading; an interface in a role for the first time begins at 0. */
  read(readings: readonly InterfaceReading[]): void;
  series(): InterfaceSeries[];
  save(): SavedInterfaces;
  /**
   * Takes what the gateway has, so that no series falls.
   *
   * @param includesOwn whether what was counted here is part of it
   */
  take(accepted: readonly InterfaceSeries[], includesOwn: boolean): void;
}

const idOf = ({ name, role }: Pick<InterfaceReading, 'name' | 'role'>): string => `${role}\0${name}`;

export function createInterfaceCounters(saved: SavedInterfaces = { series: [], last: [] }): InterfaceCounters {
  const last = new Map(saved.last.map((reading) => [idOf(reading), reading]));
  const counters = new Map<string, { name: string; role: InterfaceRole; bytes: MutableBytes }>();

  function counter(name: string, role: InterfaceRole): MutableBytes {
    const id = idOf({ name, role });
    let found = counters.get(id);
    if (found === undefined) {
      found = { name, role, bytes: { upload: 0, download: 0 } };
      counters.set(id, found);
    }
    return found.bytes;
  }

  for (const { interface: name, role, direction, bytes } of saved.series) counter(name, role)[direction] = bytes;
  return {
    read(readings) {
      for (const reading of readings) {
        const { name, role, bytes, life } = reading;
        const bytesSoFar = counter(name, role);
        const before = last.get(idOf(reading));
        last.set(idOf(reading), reading);
        if (before === undefined) continue;
        const fell = bytes.upload < before.bytes.upload || bytes.download < before.bytes.download;
        const isNew = fell || life !== before.life;
        bytesSoFar.upload += isNew ? bytes.upload : bytes.upload - before.bytes.upload;
        bytesSoFar.download += isNew ? bytes.download : bytes.download - before.bytes.download;
      }
    },
    series: () =>
      [...counters.values()].flatMap(({ name, role, bytes }) =>
        (['upload', 'download'] as const)
          .filter((direction) => bytes[direction] > 0)
          .map((direction) => ({ interface: name, role, direction, bytes: bytes[direction] })),
      ),
    save() {
      return { series: this.series(), last: [...last.values()] };
    },
    take(accepted, includesOwn) {
      for (const { interface: name, role, direction, bytes } of accepted) {
        const own = counter(name, role);
        own[direction] = includesOwn ? Math.max(own[direction], bytes) : own[direction] + bytes;
      }
    },
  };
}

/** What the interfaces say of the kernel's totals, since the exporter looked first. */
export interface InterfaceView {
  /** Bytes of the TUN device for each byte of the kernel; undefined without a TUN device, or before the kernel moved any. */
  readonly tunRatio: number | undefined;
  /** Bytes of the uplink beyond those of the kernel: what bypassed it, and the overhead of proxies; undefined without an uplink. */
  readonly beyondKernel: number | undefined;
}

/** Compares interfaces with the kernel over the same time. */
export interface KernelComparison {
  note(series: readonly InterfaceSeries[], kernel: Bytes): void;
  view(): InterfaceView;
}

interface Totals {
  readonly kernel: number;
  readonly role: number;
}

export function createKernelComparison(): KernelComparison {
  const first = new Map<InterfaceRole, Totals>();
  const latest = new Map<InterfaceRole, Totals>();

  const moved = (role: InterfaceRole): Totals | undefined => {
    const [from, to] = [first.get(role), latest.get(role)];
    return from === undefined || to === undefined
      ? undefined
      : { kernel: to.kernel - from.kernel, role: to.role - from.role };
  };

  return {
    note(series, { upload, download }) {
      for (const role of ['tun', 'uplink'] as const) {
        const found = series.filter((each) => each.role === role);
        if (found.length === 0) continue;
        const now = { kernel: upload + download, role: found.reduce((sum, { bytes }) => sum + bytes, 0) };
        latest.set(role, now);
        // Counters taken from the gateway jump, and a new name begins at 0: the comparison starts over.
        const from = first.get(role);
        if (from === undefined || now.kernel < from.kernel || now.role < from.role) first.set(role, now);
      }
    },
    view() {
      const [tun, uplink] = [moved('tun'), moved('uplink')];
      return {
        tunRatio: tun === undefined || tun.kernel === 0 ? undefined : tun.role / tun.kernel,
        beyondKernel: uplink === undefined ? undefined : Math.max(0, uplink.role - uplink.kernel),
      };
    },
  };
}
