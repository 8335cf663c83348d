import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { parseExposition } from '../core/exposition-parser.ts';
import { type ExporterConfig, readExporterConfig } from '../exporter/config.ts';
import type { DeviceView } from '../exporter/console/summary.ts';
import { nodeHost } from '../exporter/host/node-host.ts';
import { createExporter, type Exporter } from '../exporter/service.ts';
import { createLogger } from '../runtime/logger.ts';
import type { Reload } from '../runtime/reload.ts';
import { openSettings } from '../runtime/settings-file.ts';
import { type ReceivedPush, type ScriptedGateway, startScriptedGateway } from './scripted-gateway.ts';
import { connectionsMessage, type ScriptedKernel, startScriptedKernel } from './scripted-kernel.ts';

const KERNEL_SECRET = 'kernel secret';
const PUSH_TOKEN = 'push token';

/** An exporter between a scripted kernel and a scripted gateway, with a folder of its own. */
export interface Device {
  readonly folder: string;
  kernel: ScriptedKernel;
  gateway: ScriptedGateway;
  readonly exporter: Exporter;
  /** The device named first. */
  view(): DeviceView;
  /** The log so far. */
  log(): string;
  ini(changes?: Readonly<Record<string, string>>): string;
  /** Writes the settings file. */
  edit(text: string): Promise<void>;
  /** Starts the exporter as a new process would, with these keys of `[client]` and more sections. */
  start(changes?: Readonly<Record<string, string>>, sections?: string): Promise<Exporter>;
  /** Stops it as SIGTERM would. */
  stop(): Promise<void>;
  /** Shows the kernel as it is, with all bytes on one connection. */
  show(download: number, id?: string): void;
  /** Replaces the kernel by another one at another port. */
  replaceKernel(): Promise<void>;
  /** Starts the gateway again where it was, with what it had. */
  reviveGateway(): Promise<void>;
  /** Downloads of the last push under a name; -1 when there was none. */
  pushed(deviceId?: string): number;
  /** Resolves when the exporter has accounted a frame with these totals. */
  seen(download: number): Promise<void>;
  /** Stops everything and checks that no secret was logged. */
  end(): Promise<void>;
}

export const eventually = (look: () => void | Promise<void>): Promise<void> => vi.waitFor(look, { timeout: 30_000 });

/** The sum of a metric's samples that have these labels. */
export function metricValue(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const samples = parseExposition(text).find((family) => family.name === name)?.samples ?? [];
  return samples
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value))
    .reduce((sum, { value }) => sum + value, 0);
}

export const downloadsOf = ({ text }: ReceivedPush): number =>
  metricValue(text, 'flowcollect_traffic_bytes_total', { direction: 'download' });

export async function createDevice(): Promise<Device> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-device-'));
  const lines: string[] = [];
  let settings: Reload<ExporterConfig> | undefined;
  let exporter: Exporter | undefined;
  let starts = 0;

  async function startKernel(): Promise<ScriptedKernel> {
    const kernel = await startScriptedKernel();
    kernel.secret = KERNEL_SECRET;
    return kernel;
  }

  const device: Device = {
    folder,
    kernel: await startKernel(),
    gateway: await startScriptedGateway(),
    get exporter() {
      if (exporter === undefined) throw new Error('the exporter is not running');
      return exporter;
    },
    view() {
      const [first] = device.exporter.views();
      if (first === undefined) throw new Error('the exporter watches nothing');
      return first;
    },
    log: () => lines.join(''),
    ini: (changes = {}) =>
      `[client]\n${Object.entries({
        MihomoAPIAddr: device.kernel.address,
        MihomoSecret: KERNEL_SECRET,
        RemoteServer: `${device.gateway.origin}/report`,
        RemoteToken: PUSH_TOKEN,
        DeviceID: 'a',
        PollInterval: '100',
        PushInterval: '200',
        StateDir: 'state',
        MetricsListen: '127.0.0.1:0',
        Language: 'en',
        ...changes,
      })
        .map(([key, value]) => `${key} = ${value}`)
        .join('\n')}\n`,
    edit: (text) => writeFile(join(folder, 'ClientSetting.ini'), text, { mode: 0o600 }),
    async start(changes, sections = '') {
      await device.edit(device.ini(changes) + sections);
      const logger = createLogger('exporter', 'info', { write: (line: string) => void lines.push(line) });
      settings = await openSettings({ path: join(folder, 'ClientSetting.ini'), parse: readExporterConfig, logger });
      starts += 1;
      const started = createExporter({
        settings,
        folder,
        settingsPath: join(folder, 'ClientSetting.ini'),
        host: { ...nodeHost, chance: () => 0, uniqueText: () => `state${starts}` },
        logger,
      });
      await started.start();
      settings.follow(started.apply);
      exporter = started;
      return started;
    },
    async stop() {
      await settings?.close();
      await exporter?.stop();
      exporter = undefined;
      settings = undefined;
    },
    show(download, id = 'c') {
      const message = connectionsMessage(0, download, [[id, '香港', 0, download]]);
      device.kernel.answers.set('/connections', message);
      device.kernel.send('/connections', message);
    },
    async replaceKernel() {
      const old = device.kernel;
      device.kernel = await startKernel();
      await old.kill();
    },
    async reviveGateway() {
      const { origin, pushes } = device.gateway;
      device.gateway = await startScriptedGateway(Number(new URL(origin).port), pushes);
    },
    pushed(deviceId = 'a') {
      const last = device.gateway.last(pushPath(deviceId));
      return last === undefined ? -1 : downloadsOf(last);
    },
    seen: (download) => eventually(() => expect(device.view().counters.raw?.download).toBe(download)),
    async end() {
      await device.stop();
      await device.kernel.kill();
      await device.gateway.kill();
      expect(device.log()).not.toMatch(new RegExp(`${KERNEL_SECRET}|${PUSH_TOKEN}`));
    },
  };
  return device;
}
