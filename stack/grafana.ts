import { execFile } from 'node:child_process';
import { access, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { OwnProgram } from '../runtime/own-program.ts';
import { answers, type ProcessSpec } from './process.ts';

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
  readonly language: 'zh' | 'en';
  /** Origin. */
  readonly prometheus: string;
  /** What the program's environment begins with. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Grafana on loopback with the provisioned dashboards, open to viewers without a password since only this machine
 * reaches it.
 *
 * @returns undefined when the program's own files (its home) are not found beside it or in the usual place
 */
export async function grafanaSpec(place: GrafanaPlace): Promise<ProcessSpec | undefined> {
  const home = await findHome(place.program);
  if (home === undefined) return undefined;
  const folder = (name: string): string => join(place.folder, name);
  await mkdir(place.folder, { recursive: true });
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
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      // Grafana 13 would replace the data sources it came with, where only root may, and be left without Prometheus.
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      FLOWCOLLECT_DASHBOARDS: place.dashboards,
      FLOWCOLLECT_PROMETHEUS_URL: place.prometheus,
      DASHBOARD_LANG: place.language,
    },
    ready: answers(`http://127.0.0.1:${place.port}/api/health`),
  };
}

/**
 * Writes the dashboards with the days and thresholds of the settings; a Grafana that runs takes them within half a minute.
 *
 * @param folder for this alone
 * @returns the folder of the languages
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
  for (const candidate of candidates) {
    const found = await access(join(candidate, 'conf', 'defaults.ini')).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}
