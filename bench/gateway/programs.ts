import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashToken } from '../../gateway/access/authenticate.ts';
import { createPrometheus } from '../../runtime/prometheus.ts';
import { answers, type ProcessSpec } from '../../stack/processes.ts';
import { pushgatewaySpec } from '../../stack/programs.ts';
import { renderIni } from '../../stack/service-settings.ts';
import { ensureDebianProgram } from '../../test/debian-program.ts';
import { CACHE_FOLDER, createRealParts, freePort, type RealParts } from '../../test/real-parts.ts';
import { VICTORIA_METRICS_FLAGS } from '../../test/victoria-metrics.ts';
import { deviceName, deviceToken, type PushTarget } from './push-probes.ts';

/** What is behind the gateway. */
type Behind = 'pushgateway' | 'pushgateway and prometheus' | 'victoria-metrics';

/** The built gateway before a real Pushgateway or what is in its place, all new and empty. */
export interface Programs {
  readonly gateway: PushTarget;
  readonly pushgateway: PushTarget;
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
  const parts = await createRealParts();
  try {
    const [pushes, metrics, store] = [await freePort(), await freePort(), await freePort()];
    const at = (port: number): string => `http://127.0.0.1:${port}`;
    const victoria = behind === 'victoria-metrics';
    const { pid: storePid } = await parts.start(
      victoria ? await victoriaMetricsSpec(parts, store) : pushgateway(parts, store),
    );
    const settings = join(parts.folder, 'ServerSetting.ini');
    const places = { ListenPort: `127.0.0.1:${pushes}`, GatewayMetricsListen: `127.0.0.1:${metrics}` };
    const stores = { PushgatewayAddr: at(store), ...(victoria ? { VictoriaMetricsAddr: at(store) } : {}) };
    await writeFile(settings, settingsText(devices, { ...places, ...stores }));
    const { pid: gatewayPid } = await parts.start({
      name: 'gateway',
      command: process.execPath,
      args: [join(root, 'dist', 'flowcollect.mjs'), 'gateway', '--config', settings],
      logFile: join(parts.folder, 'gateway.log'),
      ready: answers(`${at(metrics)}/healthz`),
    });
    const asked =
      behind === 'pushgateway and prometheus' ? await parts.startPrometheus(scrapes(store, metrics)) : at(store);
    const prometheus = createPrometheus({ addresses: () => [asked] });
    return {
      gateway: { origin: at(pushes), through: 'gateway' },
      pushgateway: { origin: at(store), through: 'pushgateway' },
      processorSeconds: async () => ({ gateway: await processorOf(gatewayPid), store: await processorOf(storePid) }),
      query: async (promql) => (await prometheus.instant(promql))[0]?.value ?? Number.NaN,
      stop: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** As compose and the stack have it. */
const scrapes = (pushgateway: number, gateway: number): string => `global: {scrape_interval: 15s}
scrape_configs:
  - {job_name: pushgateway, honor_labels: true, static_configs: [{targets: ["127.0.0.1:${pushgateway}"]}]}
  - {job_name: gateway, honor_labels: true, static_configs: [{targets: ["127.0.0.1:${gateway}"]}]}
`;

const pushgateway = ({ binaries, folder }: RealParts, port: number): ProcessSpec =>
  pushgatewaySpec({ binaries, folder, port, logFile: join(folder, 'pushgateway.log') });

/** As compose runs it, but for its memory. */
async function victoriaMetricsSpec({ folder }: RealParts, port: number): Promise<ProcessSpec> {
  return {
    name: 'VictoriaMetrics',
    command: await ensureDebianProgram('victoria-metrics', CACHE_FOLDER),
    args: [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${join(folder, 'victoria-metrics')}`,
      '-retentionPeriod=400d',
      ...VICTORIA_METRICS_FLAGS,
    ],
    logFile: join(folder, 'victoria-metrics.log'),
    ready: answers(`http://127.0.0.1:${port}/health`),
  };
}

/** Settings of a gateway that knows the devices' tokens. */
export function settingsText(devices: number, server: Readonly<Record<string, string>>): string {
  const sections = Array.from({ length: devices }, (_, device) => {
    const hash = hashToken(deviceToken(device)).toString('hex');
    return [`device.${deviceName(device)}`, { Token: `sha256:${hash}` }] as const;
  });
  return renderIni({ server: { ...server, DataDir: 'data', LogLevel: 'warn' }, ...Object.fromEntries(sections) });
}

/** User and system time of a process in seconds: Linux counts them in hundredths (man 5 proc_pid_stat). */
export async function processorOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
