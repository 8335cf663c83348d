import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../runtime/logger.ts';
import { type Binaries, ensureBinaries } from '../stack/binaries.ts';
import { createOrphanGuard } from '../stack/orphan-guard.ts';
import { type ProcessSpec, type RunningProcess, startProcess } from '../stack/process.ts';
import { prometheusSpec, pushgatewaySpec } from '../stack/storage-programs.ts';
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
  const debian = await ensureBinaries({ cacheFolder: CACHE_FOLDER, logger: createLogger('test', 'warn') });
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

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
