import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseExposition } from '../core/exposition-parser.ts';
import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { serverFiles } from '../render/files.ts';
import { type RenderSettings, readRenderSettings } from '../render/settings.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { readRecording } from '../simulator/kernel/recording.ts';
import { createSimulation, type Simulation } from '../simulator/simulation.ts';
import { answers, type RunningProcess } from '../stack/processes.ts';
import { prometheusSpec } from '../stack/programs.ts';
import { renderIni } from '../stack/service-settings.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

const BOT_TOKEN = '123456:bot-token';
const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));

/** A store that Prometheus writes to, and that is asked in its place. */
interface StoreBeside {
  readonly writeTo: string;
  /** Asked one after the other. */
  readonly queries: readonly string[];
}

interface MoreOfSystem<S extends StoreBeside | undefined> {
  readonly startStore?: (parts: RealParts) => Promise<S>;
  /** More of ServerSetting.ini, by section. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface WholeSystem<S extends StoreBeside | undefined = undefined> {
  readonly parts: RealParts;
  readonly store: S;
  readonly simulation: Simulation;
  /** Lets the recording play. */
  play(): Promise<void>;
  /** How far it has played, and its length, in milliseconds. */
  position(): Promise<{ position: number; duration: number }>;
  startExporter(): Promise<RunningProcess>;
  /** The exporter's own /metrics as it is. */
  exporterCounters(): Promise<ExporterCounters>;
  /** One figure from what the auditor asks; undefined when the query has no result. */
  query(promql: string): Promise<number | undefined>;
  /** Where Prometheus itself, and the auditor answer. */
  readonly prometheus: string;
  readonly auditor: string;
  /** Where readers ask, with `LabelProxyAddr`. */
  readonly readers: string;
  stopGateway(): Promise<void>;
  readonly serverSettings: string;
  readonly bundle: string;
  close(): Promise<void>;
}

export interface ExporterCounters {
  readonly byClass: ReadonlyMap<string, number>;
  /** Continuous totals of the kernel, both directions. */
  readonly kernel: number;
  /** The kernel's totals as it tells them, both directions. */
  readonly raw: number;
  /** Both directions. */
  readonly carry: number;
}

/**
 * Every part as a process of its own, around a simulated kernel that holds the first frame of a recording, an airport
 * that bills what it plays, a mailbox and a Bot API. Prometheus is configured as the settings say, but for its pace.
 *
 * @param speed recorded seconds in a real one
 */
export async function createWholeSystem<S extends StoreBeside | undefined = undefined>(
  recording: string,
  speed: number,
  { startStore, settings = {} }: MoreOfSystem<S> = {},
): Promise<WholeSystem<S>> {
  const parts = await createRealParts();
  const store = (await startStore?.(parts)) as S;
  const file = fileURLToPath(new URL(`recordings/${recording}.ndjson.gz`, import.meta.url));
  const simulation = createSimulation(
    {
      controlPort: 0,
      speed,
      paused: true,
      kernel: { port: 0, secret: 'kernel-secret', plays: { recording: await readRecording(file), phase: 0 } },
      airport: { port: 0, quota: 2 ** 40, leakPerMinute: 0 },
      mailbox: { port: 0, login: { user: 'flowcollect@mail.invalid', password: 'mail-password' } },
      telegram: { port: 0, token: BOT_TOKEN },
    },
    Date.now,
  );
  const world = await simulation.start();
  const pushgateway = await parts.startPushgateway();
  const [gatewayPort, gatewayMetrics, auditorPort, exporterPort, readersPort, prometheusPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const prometheus = `http://127.0.0.1:${prometheusPort}`;
  const queries = store?.queries ?? [prometheus];

  const serverSettings = join(parts.folder, 'ServerSetting.ini');
  const clientSettings = join(parts.folder, 'ClientSetting.ini');
  const server = {
    ListenPort: `127.0.0.1:${gatewayPort}`,
    GatewayMetricsListen: `127.0.0.1:${gatewayMetrics}`,
    ReadersListen: `127.0.0.1:${readersPort}`,
    ServerToken: 'device-token',
    SubUrls: `["a.yaml"]="${world.airport}"`,
    PushgatewayAddr: pushgateway,
    PrometheusAddr: queries[0] ?? '',
    ...(store === undefined
      ? {}
      : { PrometheusFallbacks: queries.slice(1).join(', '), RemoteWriteAddr: store.writeTo }),
    AuditorListen: `127.0.0.1:${auditorPort}`,
    // The day must not end while the test runs.
    Timezone: 'UTC',
    DayEnds: new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16),
    ...settings.server,
  };
  const smtp = {
    SMTPHost: '127.0.0.1',
    SMTPPort: String(world.mailbox?.port),
    EmailUser: 'flowcollect@mail.invalid',
    EmailPass: 'mail-password',
    EmailTo: 'me@mail.invalid',
  };
  const telegram = { BotToken: BOT_TOKEN, ApiRoot: world.telegram ?? '' };
  const text = renderIni({ ...settings, server, smtp, telegram });
  await writeFile(serverSettings, text);
  await startPrometheus(parts, readRenderSettings(serverSettings, text).settings, prometheusPort);
  await writeFile(
    clientSettings,
    renderIni({
      client: {
        MihomoAPIAddr: world.kernel ?? '',
        MihomoSecret: 'kernel-secret',
        RemoteServer: `http://127.0.0.1:${gatewayPort}`,
        RemoteToken: 'device-token',
        DeviceID: '客厅 1',
        PollInterval: '250ms',
        PushInterval: '1s',
        MetricsListen: `127.0.0.1:${exporterPort}`,
      },
    }),
  );
  await mkdir(join(parts.folder, 'logs'));
  const start = (command: string, settings: string, port: number): Promise<RunningProcess> =>
    parts.start({
      name: command,
      command: process.execPath,
      args: [BUNDLE, command, '--config', settings],
      logFile: join(parts.folder, 'logs', `${command}.log`),
      ready: answers(`http://127.0.0.1:${port}/metrics`),
    });
  const gateway = await start('gateway', serverSettings, gatewayMetrics);
  await start('auditor', serverSettings, auditorPort);

  return {
    parts,
    store,
    simulation,
    prometheus,
    auditor: `http://127.0.0.1:${auditorPort}`,
    readers: `http://127.0.0.1:${readersPort}`,
    stopGateway: () => gateway.stop(),
    bundle: BUNDLE,
    serverSettings,
    async play() {
      await fetch(`${world.control}/simulator/play`, { method: 'POST' });
    },
    async position() {
      const status = await fetch(`${world.control}/simulator/status`);
      return (await status.json()) as { position: number; duration: number };
    },
    startExporter: () => start('exporter', clientSettings, exporterPort),
    async exporterCounters() {
      const response = await fetch(`http://127.0.0.1:${exporterPort}/metrics`);
      return readCounters(await response.text());
    },
    async query(promql) {
      return (await createPrometheus({ addresses: () => queries }).instant(promql))[0]?.value;
    },
    async close() {
      await parts.close();
      await simulation.stop();
    },
  };
}

/** With all that the settings say, but looking once a second and waiting for nothing, as a test must. */
async function startPrometheus(parts: RealParts, settings: RenderSettings, port: number): Promise<void> {
  for (const { name, content } of serverFiles(settings, parts.folder)) {
    const hasty = content
      .replace(/(scrape|evaluation)_interval: 15s/g, '$1_interval: 1s')
      .replace(/for: \d+m$/gm, 'for: 1s');
    await mkdir(dirname(join(parts.folder, name)), { recursive: true });
    await writeFile(join(parts.folder, name), hasty);
  }
  await parts.start(
    prometheusSpec({
      binaries: parts.binaries,
      port,
      folder: join(parts.folder, 'prometheus'),
      logFile: join(parts.folder, 'prometheus.log'),
      configFile: join(parts.folder, 'prometheus.yml'),
    }),
  );
}

function readCounters(text: string): ExporterCounters {
  const families = parseExposition(text);
  const samples = (name: string) => families.find((family) => family.name === name)?.samples ?? [];
  const sum = (name: string): number => samples(name).reduce((total, { value }) => total + value, 0);
  const byClass = new Map<string, number>();
  for (const { labels, value } of samples(TRAFFIC_BYTES)) {
    const name = labels.get('class') ?? '';
    byClass.set(name, (byClass.get(name) ?? 0) + value);
  }
  return {
    byClass,
    kernel: sum('flowcollect_kernel_bytes_total'),
    raw: sum('flowcollect_kernel_raw_bytes'),
    carry: sum('flowcollect_exporter_carry_bytes'),
  };
}
