import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serverFiles } from '../../render/files.ts';
import { readRenderSettings } from '../../render/settings.ts';
import { makeFolder } from '../../runtime/atomic-file.ts';
import { answers, type RunningProcess } from '../../stack/processes.ts';
import { prometheusSpec, pushgatewaySpec } from '../../stack/programs.ts';
import { renderIni } from '../../stack/service-settings.ts';
import { ensureDebianProgram } from '../../test/debian-program.ts';
import { CACHE_FOLDER, createRealParts, freePort, type RealParts } from '../../test/real-parts.ts';
import { startThanos, type Thanos } from '../../test/thanos.ts';
import { processorOf, settingsText } from '../gateway/programs.ts';
import type { PushTarget } from '../gateway/push-probes.ts';

/** What the processes of a fleet do; there are several of most. */
export const ROLES = [
  'Caddy',
  'gateways',
  'Pushgateways',
  'Prometheus',
  'router',
  'receivers',
  'queries',
  'front',
] as const;
export type Role = (typeof ROLES)[number];

interface Cost {
  /** Processor seconds so far. */
  readonly seconds: number;
  /** Bytes of memory that are its own now. */
  readonly memory: number;
  readonly processes: number;
}

/** docs/scale.md on one machine: Caddy, gateways with a Pushgateway each, Prometheus with its rules, and Thanos. */
export interface Fleet {
  readonly target: PushTarget;
  /** Prometheus itself, and Thanos Query. */
  readonly prometheus: string;
  readonly query: string;
  /** What Grafana asks in its place. */
  readonly front: string;
  costs(): Promise<ReadonlyMap<Role, Cost>>;
  stop(): Promise<void>;
}

export interface FleetSize {
  readonly devices: number;
  readonly gateways: number;
  /** How many times as long scrapes and rules wait as they do on a VPS. */
  readonly pace: number;
}

const LOOPBACK = '127.0.0.1';
const SCRAPE_SECONDS = 15;

/** @param root the checkout, built */
export async function startFleet(root: string, size: FleetSize): Promise<Fleet> {
  const parts = await createRealParts();
  try {
    const processes = new Map<Role, RunningProcess[]>(ROLES.map((role) => [role, []]));
    const started = (role: Role, process: RunningProcess): void => void processes.get(role)?.push(process);
    const thanos = await startThanos(parts);
    const shards: Shard[] = [];
    for (let index = 1; index <= size.gateways; index += 1) {
      const shard = await startShard(parts, root, `gateway-${index}`, size.devices);
      started('gateways', shard.gateway);
      started('Pushgateways', shard.pushgateway);
      shards.push(shard);
    }
    const [caddyPort, prometheusPort] = [await freePort(), await freePort()];
    const gateways = shards.map(({ pushes }) => pushes);
    started('Caddy', await startCaddy(parts, root, caddyPort, gateways));
    const scraped = shards.map(({ store }) => `${LOOPBACK}:${store}`);
    started('Prometheus', await startPrometheus(parts, prometheusPort, scraped, thanos.writeTo, size.pace));
    return {
      target: { origin: `http://${LOOPBACK}:${caddyPort}`, through: 'gateway' },
      prometheus: `http://${LOOPBACK}:${prometheusPort}`,
      query: thanos.queries[0] ?? '',
      front: thanos.front,
      async costs() {
        const costs = new Map<Role, Cost>();
        for (const role of ROLES) {
          const own = (processes.get(role) ?? []).map(({ pid }) => pid);
          costs.set(role, await costOf([...own, ...pidsOf(thanos, role)]));
        }
        return costs;
      },
      stop: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

interface Shard {
  readonly gateway: RunningProcess;
  readonly pushgateway: RunningProcess;
  /** Ports. */
  readonly pushes: number;
  readonly store: number;
}

async function startShard(parts: RealParts, root: string, name: string, devices: number): Promise<Shard> {
  const { binaries } = parts;
  const [pushes, metrics, store] = [await freePort(), await freePort(), await freePort()];
  const folder = join(parts.folder, name);
  await makeFolder(folder);
  const logFile = (program: string): string => join(folder, `${program}.log`);
  const pushgateway = await parts.start(
    pushgatewaySpec({ binaries, folder, port: store, logFile: logFile('pushgateway') }),
  );
  const settings = join(folder, 'ServerSetting.ini');
  const places = {
    ListenPort: `${LOOPBACK}:${pushes}`,
    GatewayMetricsListen: `${LOOPBACK}:${metrics}`,
    PushgatewayAddr: `http://${LOOPBACK}:${store}`,
  };
  await writeFile(settings, settingsText(devices, places));
  const gateway = await parts.start({
    name,
    command: process.execPath,
    args: [join(root, 'dist', 'flowcollect.mjs'), 'gateway', '--config', settings],
    logFile: logFile('gateway'),
    ready: answers(`http://${LOOPBACK}:${metrics}/healthz`),
  });
  return { gateway, pushgateway, pushes, store };
}

/** By the lines of docs/scale.md. */
async function startCaddy(
  parts: RealParts,
  root: string,
  port: number,
  gateways: readonly number[],
): Promise<RunningProcess> {
  const page = await readFile(join(root, 'docs', 'scale.md'), 'utf8');
  const block = /```caddyfile\n(.*?)```/s.exec(page)?.[1] ?? '';
  const lines = block
    .replace('gateway-1:8686 gateway-2:8686', gateways.map((each) => `${LOOPBACK}:${each}`).join(' '))
    .replace(/^:8686/, `http://${LOOPBACK}:${port}`);
  const config = join(parts.folder, 'Caddyfile');
  await writeFile(config, `{\n\tadmin off\n}\n${lines}`);
  return parts.start({
    name: 'Caddy',
    command: await ensureDebianProgram('caddy', CACHE_FOLDER),
    args: ['run', '--adapter', 'caddyfile', '--config', config],
    logFile: join(parts.folder, 'caddy.log'),
    // Of a gateway, which knows no such page.
    ready: async () => (await fetch(`http://${LOOPBACK}:${port}`)).status === 404,
    environment: { HOME: parts.folder, XDG_DATA_HOME: parts.folder, XDG_CONFIG_HOME: parts.folder },
  });
}

/** As the settings have it, with rules, but slower. */
async function startPrometheus(
  parts: RealParts,
  port: number,
  pushgateways: readonly string[],
  writeTo: string,
  pace: number,
): Promise<RunningProcess> {
  const file = join(parts.folder, 'ServerSetting.ini');
  const { settings } = readRenderSettings(file, renderIni({ server: { RemoteWriteAddr: writeTo } }));
  for (const { name, content } of serverFiles(settings, parts.folder)) {
    const slow = content
      .replaceAll(`_interval: ${SCRAPE_SECONDS}s`, `_interval: ${SCRAPE_SECONDS * pace}s`)
      .replaceAll(/\b1m\b/g, `${pace}m`)
      .replace('localhost:9090', `${LOOPBACK}:${port}`)
      .replace('- 127.0.0.1:9091', pushgateways.map((each) => `- ${each}`).join('\n          '))
      // As long as Prometheus waits by default, slowed down too.
      .replace('global:\n', `global:\n  scrape_timeout: ${10 * pace}s\n`);
    await makeFolder(dirname(join(parts.folder, name)));
    await writeFile(join(parts.folder, name), slow);
  }
  const place = (name: string): string => join(parts.folder, name);
  const { binaries } = parts;
  const [folder, logFile, configFile] = [place('prometheus'), place('prometheus.log'), place('prometheus.yml')];
  return parts.start(prometheusSpec({ binaries, port, folder, logFile, configFile }));
}

const THANOS_ROLES: Readonly<Partial<Record<Role, string>>> = {
  router: 'thanos-router',
  receivers: 'thanos-receive',
  queries: 'thanos-query',
  front: 'thanos-front',
};

function pidsOf(thanos: Thanos, role: Role): number[] {
  const head = THANOS_ROLES[role];
  if (head === undefined) return [];
  return [...thanos.processes()].filter(([name]) => name.startsWith(head)).map(([, pid]) => pid);
}

async function costOf(pids: readonly number[]): Promise<Cost> {
  let [seconds, memory] = [0, 0];
  for (const pid of pids) {
    seconds += await processorOf(pid);
    memory += await memoryOf(pid);
  }
  return { seconds, memory, processes: pids.length };
}

/** Anonymous pages in memory: what a process shares with its file is left out (man 5 proc_pid_status). */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
