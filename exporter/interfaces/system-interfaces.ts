import type { Bytes } from '../ledger/bytes.ts';

/** All network interfaces of the machine at one moment. */
export interface SystemInterfaces {
  /** By name: bytes sent (upload) and received (download), and a text that changes when the interface is created anew. */
  readonly counters: ReadonlyMap<string, { readonly bytes: Bytes; readonly life: string }>;
  /** Interfaces with a default route, the preferred one first. */
  readonly defaultRoutes: readonly string[];
}

/** How a system is read. @throws the system's error when it cannot be */
export type ReadInterfaces = () => Promise<SystemInterfaces>;
