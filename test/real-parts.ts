import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Binaries, ensureBinaries } from '../stack/binaries.ts';
import { createOrphanGuard, type ProcessSpec, type RunningProcess, startProcess } from '../stack/processes.ts';
import { prometheusSpec, pushgatewaySpec } from '../stack/programs.ts';
import { findGoModule } from '../tools/go-module.ts';
import { PROMETHEUS3 } from '../tools/prometheus3-programs.ts';

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
  /**
   * Blocks of a history for the Prometheus of that name.
   *
   * @param history OpenMetrics text
   * @param hours of a block at most; more than the history has makes one pass of it
   * @returns the file with the text
   */
  writeHistory(history: Iterable<string>, hours: number, name?: string): Promise<string>;
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
    async writeHistory(history, hours, name = 'prometheus') {
      const [file, blocks] = [join(folder, `${name}.txt`), join(folder, name, 'tsdb')];
      await mkdir(blocks, { recursive: true });
      await pipeline(Readable.from(history), createWriteStream(file));
      const limit = `--max-block-duration=${hours}h`;
      const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', limit, file, blocks];
      await promisify(execFile)(binaries.promtool, args);
      return file;
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
/** Tests run in parallel: each process begins somewhere else, and none takes a port twice. */
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

/** Where the real programs that the tests run are kept between runs. */
export const CACHE_FOLDER = fileURLToPath(new URL('../.cache', import.meta.url));

interface PrometheusVersion {
  readonly version: string;
  /** What takes the place of Debian's programs. */
  readonly programs: Partial<Binaries>;
}

/** Debian's Prometheus 2, and Prometheus 3 where it was built; what did not run is said. */
export async function prometheusVersions(): Promise<readonly PrometheusVersion[]> {
  const three = findGoModule(PROMETHEUS3, CACHE_FOLDER);
  if (three === undefined) {
    process.stderr.write('\nDID NOT RUN on Prometheus 3: "npm run prometheus3" builds it, in some ten minutes\n\n');
  }
  return [
    { version: 'Prometheus 2', programs: {} },
    ...(three === undefined ? [] : [{ version: 'Prometheus 3', programs: { ...three } }]),
  ];
}
