import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { reachableAt } from '../core/addresses.ts';
import type { Language } from '../core/language.ts';
import type { ListenAddress } from '../runtime/listen.ts';
import type { OwnProgram } from '../runtime/own-program.ts';
import type { Binaries } from './binaries.ts';
import { answers, type ProcessSpec } from './processes.ts';

/** One program of the Prometheus family on loopback, with every path inside a folder of its own. */
interface ProgramPlace {
  readonly binaries: Binaries;
  readonly port: number;
  /** Its data; each program needs another one. */
  readonly folder: string;
  readonly logFile: string;
}

interface ConfiguredPlace extends ProgramPlace {
  readonly configFile: string;
}

const LOOPBACK = '127.0.0.1';

/**
 * Pushgateway. The gateway in front guarantees what Pushgateway's own check of every push against all groups would,
 * at a cost that does not grow with the number of devices.
 */
export function pushgatewaySpec({ binaries, port, folder, logFile }: ProgramPlace): ProcessSpec {
  return {
    name: 'Pushgateway',
    command: binaries.pushgateway,
    args: [
      `--web.listen-address=${LOOPBACK}:${port}`,
      `--persistence.file=${resolve(folder, 'pushgateway.data')}`,
      '--persistence.interval=1m',
      '--push.disable-consistency-check',
    ],
    logFile,
    ready: answers(`http://${LOOPBACK}:${port}/-/ready`),
  };
}

/** Prometheus, keeping 400 days (a year and a billing cycle), bounded by size. */
export function prometheusSpec({ binaries, port, folder, logFile, configFile }: ConfiguredPlace): ProcessSpec {
  return {
    name: 'Prometheus',
    command: binaries.prometheus,
    args: [
      `--config.file=${resolve(configFile)}`,
      `--web.listen-address=${LOOPBACK}:${port}`,
      `--storage.tsdb.path=${resolve(folder, 'tsdb')}`,
      '--storage.tsdb.retention.time=400d',
      '--storage.tsdb.retention.size=8GB',
      `--web.console.templates=${resolve(folder, 'consoles')}`,
      `--web.console.libraries=${resolve(folder, 'console_libraries')}`,
    ],
    logFile,
    ready: answers(`http://${LOOPBACK}:${port}/-/ready`),
  };
}

export function alertmanagerSpec({ binaries, port, folder, logFile, configFile }: ConfiguredPlace): ProcessSpec {
  return {
    name: 'Alertmanager',
    command: binaries.alertmanager,
    args: [
      `--config.file=${resolve(configFile)}`,
      `--web.listen-address=${LOOPBACK}:${port}`,
      `--storage.path=${resolve(folder, 'data')}`,
      // One Alertmanager alone: no gossip port.
      '--cluster.listen-address=',
    ],
    logFile,
    ready: answers(`http://${LOOPBACK}:${port}/-/ready`),
  };
}

/**
 * One of FlowCollect's own services, which shows at its metrics that it is up.
 *
 * @param name as people know it
 */
export function serviceSpec(
  own: OwnProgram,
  { name, command, settings, logFile }: Readonly<Record<'name' | 'command' | 'settings' | 'logFile', string>>,
  metrics: ListenAddress,
): ProcessSpec {
  const args = [...own.args, command, '--config', settings];
  return { name, command: own.command, args, logFile, ready: answers(`http://${reachableAt(metrics)}/metrics`) };
}

/** What keeps Grafana from calling the world: news, updates, pictures of people, its catalog and the keys of plugins. */
export const QUIET_GRAFANA = {
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
} as const;

export interface GrafanaPlace {
  /** The `grafana` program. */
  readonly program: string;
  readonly port: number;
  readonly folder: string;
  readonly logFile: string;
  /** The folder grafana/ of the checkout or of the unpacked bundles. */
  readonly sources: string;
  /** A folder of dashboards for each language. */
  readonly dashboards: string;
  readonly language: Language;
  /** Whether it is open to viewers without a password; else its own account `admin` signs in. */
  readonly open: boolean;
  /** Origin. */
  readonly prometheus: string;
  /** What the program's environment begins with. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Grafana on loopback with the provisioned dashboards, the overview first, in the language of the settings; it asks
 * nobody outside for anything.
 *
 * @returns undefined when the program's own files (its home) are not found next to it or in the usual place
 */
export async function grafanaSpec(place: GrafanaPlace): Promise<ProcessSpec | undefined> {
  const home = await findHome(place.program);
  if (home === undefined) return undefined;
  const folder = (name: string): string => join(place.folder, name);
  // Grafana says that it is an error where this is not there.
  await mkdir(folder('plugins'), { recursive: true });
  return {
    name: 'Grafana',
    command: place.program,
    args: ['server', '--homepath', home],
    logFile: place.logFile,
    readyWithin: 120_000,
    environment: {
      ...place.environment,
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: String(place.port),
      GF_PATHS_DATA: folder('data'),
      GF_PATHS_LOGS: folder('logs'),
      GF_PATHS_PLUGINS: folder('plugins'),
      GF_PATHS_PROVISIONING: join(place.sources, 'provisioning'),
      GF_AUTH_ANONYMOUS_ENABLED: String(place.open),
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      ...QUIET_GRAFANA,
      GF_USERS_HOME_PAGE: '/d/flowcollect-overview',
      GF_USERS_DEFAULT_LANGUAGE: place.language === 'zh' ? 'zh-Hans' : 'en-US',
      // Grafana 13 would replace the data sources it came with, where only root may, and be left without Prometheus.
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      FLOWCOLLECT_DASHBOARDS: place.dashboards,
      FLOWCOLLECT_PROMETHEUS_URL: place.prometheus,
    },
    ready: answers(`http://127.0.0.1:${place.port}/api/health`),
  };
}

/**
 * Writes the dashboards with the days and thresholds of the settings; a Grafana that runs takes them within half a minute.
 *
 * @param folder for this alone
 * @returns their folder
 * @throws Error when they cannot be written
 */
export async function writeDashboards(own: OwnProgram, settings: string, folder: string): Promise<string> {
  const command = [...own.args, 'config', 'render', '--config', settings, '--out', folder];
  await promisify(execFile)(own.command, command);
  return join(folder, 'dashboards');
}

async function findHome(program: string): Promise<string | undefined> {
  const bin = dirname(await realpath(program));
  const candidates = [dirname(bin), join(dirname(bin), 'share', 'grafana'), '/usr/share/grafana'];
  return candidates.find((candidate) => existsSync(join(candidate, 'conf', 'defaults.ini')));
}
