import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemClock } from '../../runtime/async.ts';
import { createPagesListener, listenHttp, watchFileDescriptors } from '../../runtime/http.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openSettings } from '../../runtime/settings-file.ts';
import type { Host } from './host.ts';
import { createInterfaces, type InterfaceSources } from './interfaces.ts';
import { domainOf } from './node-domains.ts';
import { nodeNetwork } from './node-network.ts';
import { nodeFiles, nodeMachine } from './node-system.ts';

const execute = promisify(execFile);

export const nodeInterfaceSources: InterfaceSources = {
  platform: process.platform,
  read: (path) => readFile(path, 'utf8'),
  list: (folder) => readdir(folder),
  run: async (program, args, timeout) => (await execute(program, [...args], { timeout, windowsHide: true })).stdout,
};

/** What Node gives. */
export const nodeHost: Host = {
  network: nodeNetwork,
  files: nodeFiles,
  clock: systemClock,
  domainOf,
  interfaces: createInterfaces(nodeInterfaceSources),
  ...nodeMachine,
  chance: Math.random,
  uniqueText: () => randomBytes(12).toString('hex'),
  openLog: (write) => createLogger('exporter', 'info', { write }),
  watchDescriptors: watchFileDescriptors,
  openSettings,
  // By Node's own server: a framework for three pages would be a third of the bundle and a tenth of the memory.
  servePages: (pages, address) => listenHttp(createPagesListener(pages), address),
};
