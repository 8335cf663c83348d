/** The network interfaces of the machine that the exporter runs on. */
export interface Interfaces {
  /** @throws the system's error when they cannot be read */
  read(): Promise<SystemInterfaces>;
  /** Milliseconds between two readings, by what one costs. */
  readonly readEvery: number;
}

/** All network interfaces at one moment. */
export interface SystemInterfaces {
  /** By name: bytes sent (upload) and received (download), and a text that changes when the interface is created again. */
  readonly counters: ReadonlyMap<string, { readonly bytes: InterfaceBytes; readonly life: string }>;
  /** Interfaces with a default route, the preferred one first. */
  readonly defaultRoutes: readonly string[];
}

export interface InterfaceBytes {
  readonly upload: number;
  readonly download: number;
}
