import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashToken } from '../../gateway/access/authenticate.ts';
import { createPrometheus } from '../../runtime/prometheus.ts';
import { ensureBinaries, ensureDebianProgram } from '../../stack/binaries.ts';
import { answers, createOrphanGuard, type ProcessSpec, startProcess } from '../../stack/processes.ts';
import { prometheusSpec, pushgatewaySpec } from '../../stack/programs.ts';
import { renderIni } from '../../stack/service-settings.ts';
import { deviceName, deviceToken, type Target } from './crowd-of-devices.ts';

const PORTS = {
  door: 19_791,
  metrics: 19_792,
  pushgateway: 19_793,
  prometheus: 19_794,
  victoriaMetrics: 19_795,
} as const;
const at = (name: keyof typeof PORTS): string => `http://127.0.0.1:${PORTS[name]}`;
/** As compose and the stack have it. */
const SCRAPE_CONFIG = `global: {scrape_interval: 15s}
scrape_configs:
  - {job_name: pushgateway, honor_labels: true, static_configs: [{targets: ["127.0.0.1:${PORTS.pushgateway}"]}]}
  - {job_name: gateway, honor_labels: true, static_configs: [{targets: ["127.0.0.1:${PORTS.metrics}"]}]}
`;

/** What stands behind the gateway. */
export type Behind = 'pushgateway' | 'pushgateway and prometheus' | 'victoria-metrics';

/** The built gateway before a real Pushgateway or what is in its place, all new and empty. */
export interface Programs {
  readonly gateway: Target;
  readonly pushgateway: Target;
  /** Processor seconds that gateway and store have taken so far. */
  processorSeconds(): Promise<{ readonly gateway: number; readonly store: number }>;
  /** One figure of Prometheus; NaN when it has none. */
  query(promql: string): Promise<number>;
  stop(): Promise<void>;
}

/**
 * @param root the checkout, built
 * @param devices each gets a token of its own
 */
export async function startPrograms(root: string, devices: number, behind: Behind): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-gateway-bench-'));
  const binaries = await ensureBinaries({ cacheFolder: join(root, '.cache') });
  const guard = createOrphanGuard();
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
    guard.close();
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (spec: ProcessSpec): Promise<number> => {
    const running = await startProcess(spec, guard);
    stops.push(() => running.stop());
    return running.pid;
  };
  try {
    const place = (name: string) => ({ binaries, folder: join(folder, name), logFile: join(folder, `${name}.log`) });
    const store = await start(
      behind === 'victoria-metrics'
        ? victoriaMetricsSpec(await ensureDebianProgram('victoria-metrics', join(root, '.cache')), folder)
        : pushgatewaySpec({ ...place('pushgateway'), folder, port: PORTS.pushgateway }),
    );
    const settings = join(folder, 'ServerSetting.ini');
    await writeFile(settings, settingsText(devices, behind));
    const door = await start({
      name: 'gateway',
      command: process.execPath,
      args: [join(root, 'dist', 'flowcollect.mjs'), 'gateway', '--config', settings],
      logFile: join(folder, 'gateway.log'),
      ready: answers(`${at('metrics')}/healthz`),
    });
    if (behind === 'pushgateway and prometheus') {
      const configFile = join(folder, 'prometheus.yml');
      await writeFile(configFile, SCRAPE_CONFIG);
      await start(prometheusSpec({ ...place('prometheus'), port: PORTS.prometheus, configFile }));
    }
    const prometheus = createPrometheus({
      address: () => at(behind === 'victoria-metrics' ? 'victoriaMetrics' : 'prometheus'),
    });
    return {
      gateway: { origin: at('door'), through: 'gateway' },
      pushgateway: { origin: at('pushgateway'), through: 'pushgateway' },
      processorSeconds: async () => ({ gateway: await processorOf(door), store: await processorOf(store) }),
      query: async (promql) => (await prometheus.instant(promql))[0]?.value ?? Number.NaN,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As compose runs it, but for its memory. */
function victoriaMetricsSpec(command: string, folder: string): ProcessSpec {
  return {
    name: 'VictoriaMetrics',
    command,
    args: [
      `-httpListenAddr=127.0.0.1:${PORTS.victoriaMetrics}`,
      `-storageDataPath=${join(folder, 'victoria-metrics')}`,
      '-retentionPeriod=400d',
      '-search.latencyOffset=1s',
      '-search.maxStalenessInterval=5m',
    ],
    logFile: join(folder, 'victoria-metrics.log'),
    ready: answers(`${at('victoriaMetrics')}/health`),
  };
}

function settingsText(devices: number, behind: Behind): string {
  const sections = Array.from({ length: devices }, (_, device) => {
    const hash = hashToken(deviceToken(device)).toString('hex');
    return [`device.${deviceName(device)}`, { Token: `sha256:${hash}` }] as const;
  });
  return renderIni({
    server: {
      ListenPort: `127.0.0.1:${PORTS.door}`,
      GatewayMetricsListen: `127.0.0.1:${PORTS.metrics}`,
      PushgatewayAddr: at('pushgateway'),
      ...(behind === 'victoria-metrics' ? { VictoriaMetricsAddr: at('victoriaMetrics') } : {}),
      DataDir: 'data',
      LogLevel: 'warn',
    },
    ...Object.fromEntries(sections),
  });
}

/** User and system time of a process in seconds: Linux counts them in hundredths (man 5 proc_pid_stat). */
async function processorOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
