import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, type RunningProcess } from '../stack/processes.ts';
import { findGoModule } from '../tools/go-module.ts';
import { THANOS } from '../tools/thanos-programs.ts';
import { ofProfile } from './compose.ts';
import { CACHE_FOLDER, freePort, type RealParts } from './real-parts.ts';

/** A service of docker-compose.yml's profile. */
type Part = 'thanos-router' | `thanos-receive-${1 | 2 | 3}`;

/** Three receivers that keep every series three times, and queries over all of them, and over each two. */
export interface Thanos {
  /** For Prometheus' `remote_write`: a router before the receivers. */
  readonly writeTo: string;
  /** Over all receivers, and over all but the first, second and third. Each answers whole or not at all. */
  readonly queries: readonly string[];
  /** For Grafana and readers, who do not look at remarks: an error in place of a part. */
  readonly front: string;
  /** Ends parts as a power cut would. */
  kill(...parts: Part[]): Promise<void>;
  revive(part: Part, disk?: 'kept' | 'lost'): Promise<void>;
  /** Ends a part in order: a receiver writes what is in memory into a block. */
  stop(part: Part): Promise<void>;
  restartQueries(): Promise<void>;
  /** Those that run now, by the names of their services. */
  processes(): ReadonlyMap<string, number>;
}

const FRONT = 'thanos-front';

interface Ports {
  readonly grpc: number;
  readonly http: number;
  /** Of receivers and the router. */
  readonly write: number;
}

/**
 * What docker-compose.yml starts, with addresses and folders of this machine.
 *
 * @throws Error where `npm run scale` has not built Thanos
 */
export async function startThanos(parts: RealParts): Promise<Thanos> {
  const program = findGoModule(THANOS, CACHE_FOLDER)?.thanos;
  if (program === undefined) throw new Error('Thanos is not built: npm run scale builds it, where there is Go');
  const services = new Map(ofProfile('thanos'));
  const ports = new Map<string, Ports>();
  for (const name of services.keys()) {
    ports.set(name, { grpc: await freePort(), http: await freePort(), write: await freePort() });
  }
  const portsOf = (name: string): Ports => ports.get(name) ?? { grpc: 0, http: 0, write: 0 };
  const local = (port: number): string => `127.0.0.1:${port}`;
  const folderOf = (name: string): string => join(parts.folder, name);
  const running = new Map<string, RunningProcess>();

  const start = async (name: string): Promise<void> => {
    const { grpc, http, write } = portsOf(name);
    const here = (flag: string): string =>
      flag
        .replaceAll(/([\w-]+):10901/g, (_, service: string) => local(portsOf(service).grpc))
        .replace(/=\/data$/, `=${folderOf(name)}`);
    const [part = '', ...flags] = services.get(name)?.command ?? [];
    const addresses = [`--grpc-address=${local(grpc)}`, `--http-address=${local(http)}`];
    if (part === 'receive') addresses.push(`--remote-write.address=${local(write)}`);
    const process = await parts.start({
      name,
      command: program,
      args: [part, ...flags.map(here), ...addresses],
      logFile: join(parts.folder, `${name}.log`),
      ready: answers(`http://${local(http)}/-/ready`),
      stopWithin: 60_000,
    });
    running.set(name, process);
  };
  const named = (head: string): string[] => [...services.keys()].filter((name) => name.startsWith(head));
  const queries = named('thanos-query');
  await Promise.all(named('thanos-r').map(start));
  for (const name of [...queries, FRONT]) await start(name);
  return {
    writeTo: `http://${local(portsOf('thanos-router').write)}/api/v1/receive`,
    queries: queries.map((name) => `http://${local(portsOf(name).http)}`),
    front: `http://${local(portsOf(FRONT).http)}`,
    async kill(...names) {
      for (const name of names) await running.get(name)?.kill();
    },
    async revive(name, disk = 'kept') {
      if (disk === 'lost') await rm(folderOf(name), { recursive: true });
      await start(name);
    },
    async stop(name) {
      await running.get(name)?.stop();
    },
    async restartQueries() {
      for (const name of queries) await running.get(name)?.stop();
      for (const name of queries) await start(name);
    },
    processes: () => new Map([...running].map(([name, { pid }]) => [name, pid])),
  };
}
