import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, ensureBinaries } from '../stack/binaries.ts';
import { createOrphanGuard, type ProcessSpec, type RunningProcess, startProcess } from '../stack/processes.ts';
import { prometheusSpec, pushgatewaySpec } from '../stack/programs.ts';
import { CACHE_FOLDER } from './cache-folder.ts';

/** Real programs for one test file: a temporary folder, and everything stopped and removed at the end. */
export interface RealParts {
  readonly folder: string;
  readonly binaries: Binaries;
  start(spec: ProcessSpec): Promise<RunningProcess>;
  /**
   * A Prometheus on a free port.
   *
   * @param config the text of prometheus.yml; nothing is scraped by default
   * @param name names its folder, whose `tsdb` may hold blocks already
   * @returns its origin
   */
  startPrometheus(config?: string, name?: string): Promise<string>;
  /** @returns its origin */
  startPushgateway(): Promise<string>;
  /** Stops what was started, the last first, and removes the folder. */
  close(): Promise<void>;
}

/** @param programs take the place of Debian's */
export async function createRealParts(programs: Partial<Binaries> = {}): Promise<RealParts> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-'));
  const debian = await ensureBinaries({ cacheFolder: CACHE_FOLDER });
  const binaries = { ...debian, ...programs };
  const guard = createOrphanGuard();
  const started: RunningProcess[] = [];
  const start = async (spec: ProcessSpec): Promise<RunningProcess> => {
    const running = await startProcess(spec, guard);
    started.push(running);
    return running;
  };
  return {
    folder,
    binaries,
    start,
    async startPrometheus(config = 'global: {}\n', name = 'prometheus') {
      const [port, configFile] = [await freePort(), join(folder, `${name}.yml`)];
      await writeFile(configFile, config);
      const place = { binaries, port, folder: join(folder, name), logFile: join(folder, `${name}.log`), configFile };
      await start(prometheusSpec(place));
      return `http://127.0.0.1:${port}`;
    },
    async startPushgateway() {
      const port = await freePort();
      await start(pushgatewaySpec({ binaries, port, folder, logFile: join(folder, 'pushgateway.log') }));
      return `http://127.0.0.1:${port}`;
    },
    async close() {
      for (const running of started.reverse()) await running.stop();
      guard.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Below the ports that systems give to outgoing connections: one of those could be taken by any connection before the
 * program that it is meant for listens there.
 */
const PORTS = { first: 10_000, count: 20_000 };
/** Tests run beside each other: each process begins somewhere else, and none takes a port twice. */
let taken = process.pid * 97;

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS.count; tries += 1) {
    taken += 1;
    const port = PORTS.first + (taken % PORTS.count);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (free) await new Promise((resolve) => void server.close(resolve));
  return free;
}
