import { type Bytes, DIRECTIONS, type Direction, type MutableBytes } from '../../core/traffic.ts';
import { classify } from './attribution.ts';
import { createNodeCounters, zeroBytes } from './book.ts';
import { MOST_CHECKED_COUNTERS, MOST_OTHER_CHECKED_COUNTERS } from './series-budget.ts';

/** A node with the health checks that its kernel remembers. */
export interface CheckedNode {
  readonly node: string;
  readonly provider: string;
  /** The adapter type, as the kernel names it. */
  readonly type: string;
  /** When checks ended, each once, by the kernel's clock: epoch microseconds. */
  readonly times: readonly number[];
}

/** One series of `flowcollect_health_checks_total`. */
export interface CheckSeries {
  readonly node: string;
  readonly provider: string;
  readonly checks: number;
}

/** What survives a restart, as plain JSON. */
export interface SavedHealthChecks {
  readonly series: readonly CheckSeries[];
  /** Of each node at the last reading, when its newest check ended. */
  readonly seen: readonly (readonly [key: string, newest: number])[];
  /** The newest of all; 0 where there was none, absent before the first reading. */
  readonly newest?: number | undefined;
}

/** Health checks by node, continuous over restarts of the kernel and of the exporter. */
export interface HealthChecks {
  /**
   * Counts the checks that the reading before did not show; the first reading is the baseline.
   *
   * A check counts when it is newer than the newest that its node showed, or where the node showed none, than the newest
   * of all. Where no check of a node is as new as the newest was, that one is no longer there: the kernel has restarted
   * and its clock is behind, or was set back, so that all are new. A clock that is wrong can hide checks so, but none
   * that a kernel does not show is counted.
   *
   * @param localNodes names of nodes on the device itself, which no airport bills
   */
  count(nodes: readonly CheckedNode[], localNodes: readonly string[]): void;
  /** Nodes with one check at least. */
  series(): CheckSeries[];
  save(): SavedHealthChecks;
  /**
   * Takes what the gateway has, so that no series falls.
   *
   * @param includesOwn whether what was counted here is part of it
   */
  take(accepted: readonly CheckSeries[], includesOwn: boolean): void;
}

/** Nodes that are remembered one by one; of more than that, the newest check of all tells what is new. */
const MOST_SEEN = 2000;

const keyOf = (node: string, provider: string): string => `${node}\0${provider}`;
const isSince = (since: number) => (time: number) => time > since;

export function createHealthChecks(saved: SavedHealthChecks = { series: [], seen: [] }): HealthChecks {
  const counters = createNodeCounters(MOST_CHECKED_COUNTERS, MOST_OTHER_CHECKED_COUNTERS, (_: '', node, provider) => ({
    node,
    provider,
    checks: 0,
  }));
  let seen: ReadonlyMap<string, number> = new Map(saved.seen);
  let newestOfAll = saved.newest;
  for (const { node, provider, checks } of saved.series) counters.kept('', node, provider).checks = checks;

  return {
    count(nodes, localNodes) {
      const local = new Set(localNodes.map((name) => name.toLowerCase()));
      const now = new Map<string, number>();
      let newestNow = 0;
      for (const { node, provider, type, times } of nodes) {
        if (times.length === 0 || classify(node, type, local) !== 'proxy') continue;
        const key = keyOf(node, provider);
        const newest = times.reduce((a, b) => Math.max(a, b));
        const last = seen.get(key);
        const since = last !== undefined && newest < last ? 0 : (last ?? newestOfAll);
        const fresh = since === undefined ? 0 : times.filter(isSince(since)).length;
        if (fresh > 0) counters.of('', node, provider).checks += fresh;
        if (now.size < MOST_SEEN) now.set(key, newest);
        newestNow = Math.max(newestNow, newest);
      }
      seen = now;
      newestOfAll = newestNow;
    },
    series: () =>
      counters
        .all()
        .filter(({ checks }) => checks > 0)
        .map((each) => ({ ...each })),
    save() {
      return { series: this.series(), seen: [...seen], newest: newestOfAll };
    },
    take(accepted, includesOwn) {
      for (const { node, provider, checks } of accepted) {
        const own = counters.kept('', node, provider);
        own.checks = includesOwn ? Math.max(own.checks, checks) : own.checks + checks;
      }
    },
  };
}

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
      found = { name, role, bytes: zeroBytes() };
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
        DIRECTIONS.filter((direction) => bytes[direction] > 0).map((direction) => ({
          interface: name,
          role,
          direction,
          bytes: bytes[direction],
        })),
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
