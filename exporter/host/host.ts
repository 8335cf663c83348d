import type { Clock } from '../../runtime/clock.ts';
import type { Files } from './files.ts';
import type { Interfaces } from './interfaces.ts';
import type { Network } from './network.ts';

/** All that the exporter takes from the system it runs on (docs/adr/0021-give-the-exporter-its-outside.md). */
export interface Host {
  readonly network: Network;
  readonly files: Files;
  readonly clock: Clock;
  /** Undefined where it is not known how to read them. */
  readonly interfaces: Interfaces | undefined;
}
