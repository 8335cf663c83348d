import { setTimeout as sleep } from 'node:timers/promises';
import { reachableAt } from '../core/addresses.ts';
import { translate } from '../core/language.ts';
import { systemClock } from '../runtime/async.ts';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import type { ListenAddress } from '../runtime/listen.ts';
import type { Logger } from '../runtime/logger.ts';
import type { OnReload } from '../runtime/reload.ts';
import type { Screen } from '../runtime/screen.ts';
import { openSettings } from '../runtime/settings-file.ts';
import type { Binaries } from './binaries.ts';
import { checkFree } from './free-ports.ts';
import type { KernelChoice } from './kernel-choice.ts';
import type { RunFolder, StackInstallation } from './layout.ts';
import { readExporter } from './live-view.ts';
import type { ProcessSpec, RunningProcess, Supervisor } from './processes.ts';
import {
  alertmanagerSpec,
  grafanaSpec,
  prometheusSpec,
  pushgatewaySpec,
  serviceSpec,
  writeDashboards,
} from './programs.ts';
import { alertMail, exporterMetricsAddress, type OwnFiles, settleFiles, storageFiles } from './service-settings.ts';
import { readServerSide, type ServerSide } from './settings.ts';
import { auditPast, DEMO_DEVICE, fillPast, letTimePass, type SimulatedWorld, startWorld } from './simulated-world.ts';
import type { StackMessages } from './texts.ts';

interface StackConfig {
  readonly installation: StackInstallation;
  readonly folder: RunFolder;
  readonly binaries: Binaries;
  readonly side: ServerSide;
  readonly own: OwnFiles;
  readonly choice: KernelChoice;
  readonly environment: Readonly<Record<string, string>>;
}

/** The whole system, running. */
export interface RunningStack {
  /** Leaves later edits of the settings to themselves. */
  unfollow(): Promise<void>;
  readonly serverSettings: string;
  /** Undefined where no exporter runs here. */
  readonly exporterMetrics: string | undefined;
  /** In a demo. */
  readonly world: SimulatedWorld | undefined;
  readonly auditor: Pick<RunningProcess, 'reload'>;
  /** What a person may open, by name. */
  readonly addresses: readonly { readonly name: string; readonly url: string }[];
}

/** A demo scrapes more often, since people wait for it. */
const SCRAPE_SECONDS = { demo: 5, real: 15, none: 15 } as const;

/**
 * Starts every part in the order in which they need each other, telling the screen as each comes up. Edits of the settings
 * reach rules, routes and templates while it runs.
 *
 * @throws ListenError when a port is taken, naming the setting that moves it
 * @throws ProcessError when a part does not come up
 */
export async function startStack(
  config: StackConfig,
  supervisor: Supervisor,
  screen: Screen,
  texts: StackMessages,
  logger: Logger,
  onReload: OnReload,
): Promise<RunningStack> {
  const { installation, folder, binaries, side, own, choice } = config;
  const addresses =
    choice.kind === 'demo'
      ? { ...side.addresses, gateway: { ...side.addresses.gateway, host: '127.0.0.1' } }
      : side.addresses;
  const local: ServerSide = { ...side, addresses };
  const exporterMetrics = choice.kind === 'none' ? undefined : exporterMetricsAddress(choice, own.clientPath);
  const { grafana: grafanaPort, ...needed } = addresses;
  await checkFree([...Object.values(needed), ...(exporterMetrics === undefined ? [] : [exporterMetrics])]);

  const start = async (spec: ProcessSpec, ...listen: readonly string[]): Promise<Pick<RunningProcess, 'reload'>> => {
    const running = await supervisor.start(spec);
    screen.say(`  ✓ ${spec.name} ${texts.up}  ${listen.join('  ')}`);
    return running;
  };
  const origin = (address: ListenAddress): string => `http://${reachableAt(address)}`;

  const world = choice.kind === 'demo' ? await startWorld(installation.own, folder, supervisor) : undefined;
  if (world !== undefined) {
    screen.say(`  ✓ ${texts.parts.kernel} ${texts.up}  ${world.kernel}`);
    screen.say(`  ✓ ${texts.parts.airport} ${texts.up}  ${new URL(world.airport).origin}`);
    screen.say(`  ✓ ${texts.parts.mailbox} ${texts.up}  ${world.mailbox.host}:${world.mailbox.port}`);
  }
  const dashboardsAt = binaries.grafana === undefined ? undefined : origin(grafanaPort);
  const files = await settleFiles(choice, local, own, folder, world, dashboardsAt);
  const settings = own.serverExists ? own.serverPath : files.server;
  // What there is to notice, the services that read the same file say.
  const parse = (_: string, text: string) => ({ settings: readServerSide(settings, text), notices: [] });
  const file = await openSettings({ path: settings, parse, logger });

  const place = (name: string, { port }: ListenAddress) => ({
    binaries,
    port,
    folder: folder.in(name),
    logFile: folder.log(name),
    configFile: folder.in(`${name}.yml`),
  });
  const configure = async (by: ServerSide): Promise<void> => {
    const mail = await alertMail(by, folder, world);
    for (const { name, content } of storageFiles(by, mail, SCRAPE_SECONDS[choice.kind])) {
      await writeFileAtomic(folder.in(name), content);
    }
  };
  await configure(local);
  if (world !== undefined) {
    await fillPast(installation.own, world, {
      settings: files.server,
      device: translate(DEMO_DEVICE, side.server.Language),
      file: folder.in('past.txt'),
      promtool: binaries.promtool,
      tsdb: folder.in('prometheus', 'tsdb'),
    });
  }
  await start(pushgatewaySpec(place('pushgateway', addresses.pushgateway)), origin(addresses.pushgateway));
  const configured = [
    await start(prometheusSpec(place('prometheus', addresses.prometheus)), origin(addresses.prometheus)),
    await start(alertmanagerSpec(place('alertmanager', addresses.alertmanager)), origin(addresses.alertmanager)),
  ];

  const service = (
    command: 'gateway' | 'auditor' | 'exporter',
    metrics: ListenAddress,
    settings = files.server,
  ): ProcessSpec => {
    const names = { name: texts.parts[command], command, settings, logFile: folder.log(command) };
    return serviceSpec(installation.own, names, metrics);
  };
  await start(service('gateway', addresses.gatewayMetrics), origin(addresses.gateway));
  if (world !== undefined) {
    await auditPast(installation.own, world, files.server);
    screen.say(`  ✓ ${texts.past}`);
  }
  const auditor = await start(service('auditor', addresses.auditor), `${origin(addresses.auditor)}/metrics`);
  if (files.redirected) screen.say(`    ${texts.exporterRedirected(origin(addresses.gateway))}`);
  const exporter = exporterMetrics === undefined ? undefined : `${origin(exporterMetrics)}/metrics`;
  if (exporterMetrics !== undefined) await start(service('exporter', exporterMetrics, files.client), `${exporter}`);
  if (world !== undefined && exporter !== undefined) {
    await exporterGoesOn(exporter);
    await letTimePass(world, true);
  }
  const dashboards = await startGrafana(config, settings, grafanaPort, origin(addresses.prometheus), start, texts);
  if (dashboards === undefined) {
    screen.say(`  – ${installation.grafana === undefined ? texts.noDashboards : texts.noGrafana}`);
  }

  const apply = async (edited: ServerSide): Promise<void> => {
    // Whoever listens already stays where it is.
    const there: ServerSide = { ...edited, addresses };
    await files.follow(there);
    await configure(there);
    for (const running of configured) running.reload();
    if (dashboards !== undefined) await writeDashboards(installation.own, settings, folder.in('rendered'));
    if (edited !== file.current()) screen.say(texts.applied);
  };
  file.follow(apply, onReload);

  const ownArchive = side.server.ArchiveToken === undefined ? undefined : texts.ownArchive;
  const archive = files.archivePassword === undefined ? ownArchive : texts.archive(files.archivePassword);
  return {
    unfollow: file.close,
    serverSettings: files.server,
    exporterMetrics: exporter,
    world,
    auditor,
    addresses: [
      ...(archive === undefined ? [] : [{ name: archive, url: `${origin(addresses.auditor)}/reports` }]),
      ...(dashboards === undefined ? [] : [{ name: 'Grafana', url: dashboards }]),
      { name: 'Prometheus', url: origin(addresses.prometheus) },
      { name: 'Pushgateway', url: origin(addresses.pushgateway) },
      { name: 'Alertmanager', url: origin(addresses.alertmanager) },
      { name: texts.parts.gateway, url: origin(addresses.gateway) },
      { name: texts.parts.auditor, url: `${origin(addresses.auditor)}/metrics` },
      ...(exporter === undefined ? [] : [{ name: texts.parts.exporter, url: exporter }]),
    ],
  };
}

/**
 * Resolves once the exporter reads the kernel and has gone on from what the gateway keeps of the past, or after some
 * seconds: what moves before its first frame it would not count.
 */
async function exporterGoesOn(metrics: string): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const reading = await readExporter(metrics, systemClock.now).catch(() => undefined);
    if (reading?.kernelUp === true && reading.pushes.accepted > 0) return;
    await sleep(200);
  }
}

/** @returns its origin; undefined where there is no usable Grafana */
async function startGrafana(
  { binaries, installation, folder, side, choice, environment }: StackConfig,
  settings: string,
  address: ListenAddress,
  prometheus: string,
  start: (spec: ProcessSpec, ...listen: readonly string[]) => Promise<unknown>,
  texts: StackMessages,
): Promise<string | undefined> {
  if (binaries.grafana === undefined || installation.grafana === undefined) return undefined;
  const spec = await grafanaSpec({
    program: binaries.grafana,
    port: address.port,
    folder: folder.in('grafana'),
    logFile: folder.log('grafana'),
    sources: installation.grafana,
    dashboards: await writeDashboards(installation.own, settings, folder.in('rendered')),
    language: side.server.Language,
    open: choice.kind === 'demo',
    prometheus,
    environment,
  });
  if (spec === undefined) return undefined;
  await checkFree([address]);
  const url = `http://${reachableAt(address)}`;
  await start(spec, choice.kind === 'demo' ? url : `${url}  ${texts.signIn}`);
  return url;
}
