import { systemClock } from '../../runtime/clock.ts';
import type { Host } from './host.ts';
import { nodeFiles } from './node-files.ts';
import { nodeInterfaces } from './node-interfaces.ts';
import { nodeNetwork } from './node-network.ts';

/** What Node gives. */
export const nodeHost: Host = {
  network: nodeNetwork,
  files: nodeFiles,
  clock: systemClock,
  interfaces: nodeInterfaces(),
};
