import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, type RunningProcess } from '../stack/processes.ts';
import { findGoModule } from '../tools/go-module.ts';
import { THANOS } from '../tools/thanos-programs.ts';
import { CACHE_FOLDER, freePort, type RealParts } from './real-parts.ts';

/** As docker-compose.yml runs it: each sample is with three receivers, and written once two have it. */
const RECEIVERS = [1, 2, 3] as const;
type Receiver = (typeof RECEIVERS)[number];

/** Three receivers that keep every series three times, and queries over all of them, and over each two. */
export interface Thanos {
  /** For Prometheus' `remote_write`: a router before the receivers. */
  readonly writeTo: string;
  /** Over all receivers, and over all but the first, second and third. Each answers whole or not at all. */
  readonly queries: readonly [string, string, string, string];
  /** Ends receivers as a power cut would; 0 is the router. */
  kill(...receivers: (Receiver | 0)[]): Promise<void>;
  revive(receiver: Receiver | 0, disk?: 'kept' | 'lost'): Promise<void>;
  restartQueries(): Promise<void>;
  processes(): readonly { readonly name: string; readonly pid: number }[];
}

interface Ports {
  readonly grpc: number;
  readonly http: number;
  readonly write: number;
}

/** @throws Error where `npm run scale` has not built Thanos */
export async function startThanos(parts: RealParts): Promise<Thanos> {
  const command = findGoModule(THANOS, CACHE_FOLDER)?.thanos;
  if (command === undefined) throw new Error('Thanos is not built: npm run scale builds it, where there is Go');
  const local = (port: number): string => `127.0.0.1:${port}`;
  const ports: Record<number, Ports> = {};
  for (const receiver of [0, ...RECEIVERS]) {
    ports[receiver] = { grpc: await freePort(), http: await freePort(), write: await freePort() };
  }
  const portsOf = (receiver: number): Ports => ports[receiver] ?? { grpc: 0, http: 0, write: 0 };
  const hashring = join(parts.folder, 'hashring.json');
  await writeFile(hashring, JSON.stringify([{ endpoints: RECEIVERS.map((each) => local(portsOf(each).grpc)) }]));
  const running = new Map<string, RunningProcess>();
  const dataOf = (receiver: number): string => join(parts.folder, `receive-${receiver}`);

  const startReceiver = async (receiver: number): Promise<void> => {
    const { grpc, http, write } = portsOf(receiver);
    const process = await parts.start({
      name: `Thanos Receive ${receiver}`,
      command,
      args: [
        'receive',
        `--grpc-address=${local(grpc)}`,
        `--http-address=${local(http)}`,
        `--remote-write.address=${local(write)}`,
        `--tsdb.path=${dataOf(receiver)}`,
        '--tsdb.retention=400d',
        `--label=replica="${receiver}"`,
        // Who is no member of the hashring passes on what it gets.
        ...(receiver === 0 ? [] : [`--receive.local-endpoint=${local(grpc)}`]),
        `--receive.hashrings-file=${hashring}`,
        '--receive.replication-factor=3',
      ],
      logFile: join(parts.folder, `receive-${receiver}.log`),
      ready: answers(`http://${local(http)}/-/ready`),
    });
    running.set(`receive-${receiver}`, process);
  };
  const queryPorts: Ports[] = [];
  for (let query = 0; query <= RECEIVERS.length; query += 1) {
    queryPorts.push({ grpc: await freePort(), http: await freePort(), write: 0 });
  }
  const startQuery = async (without: number, { grpc, http }: Ports): Promise<void> => {
    const process = await parts.start({
      name: `Thanos Query without ${without}`,
      command,
      args: [
        'query',
        `--grpc-address=${local(grpc)}`,
        `--http-address=${local(http)}`,
        '--query.replica-label=replica',
        ...RECEIVERS.filter((each) => each !== without).map((each) => `--endpoint-strict=${local(portsOf(each).grpc)}`),
      ],
      logFile: join(parts.folder, `query-${without}.log`),
      ready: answers(`http://${local(http)}/-/ready`),
    });
    running.set(`query-${without}`, process);
  };
  const startQueries = async (): Promise<void> => {
    for (const [without, each] of queryPorts.entries()) await startQuery(without, each);
  };
  await Promise.all([0, ...RECEIVERS].map(startReceiver));
  await startQueries();
  const [all = '', one = '', two = '', three = ''] = queryPorts.map(({ http }) => `http://${local(http)}`);
  return {
    writeTo: `http://${local(portsOf(0).write)}/api/v1/receive`,
    queries: [all, one, two, three],
    async kill(...receivers) {
      for (const receiver of receivers) await running.get(`receive-${receiver}`)?.kill();
    },
    async revive(receiver, disk = 'kept') {
      if (disk === 'lost') await rm(dataOf(receiver), { recursive: true });
      await startReceiver(receiver);
    },
    async restartQueries() {
      for (const without of queryPorts.keys()) await running.get(`query-${without}`)?.stop();
      await startQueries();
    },
    processes: () => [...running].map(([name, { pid }]) => ({ name, pid })),
  };
}
