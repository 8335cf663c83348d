import { dirname, resolve } from 'node:path';
import { parseListenPort, reachableAt } from '../core/addresses.ts';
import { iniEntry } from '../core/ini.ts';
import { translate } from '../core/language.ts';
import { TOKEN_HASH } from '../core/server-settings.ts';
import type { AlertMail } from '../prometheus/alertmanager.ts';
import { configurationFiles, type TextFile } from '../prometheus/rules.ts';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import type { ListenAddress } from '../runtime/listen.ts';
import type { ClientEntries, KernelChoice } from './kernel-choice.ts';
import type { RunFolder } from './layout.ts';
import type { ServerSide, StackAddresses } from './settings.ts';
import { DEMO_DEVICE, DEMO_MAIL, newSecret, type SimulatedWorld } from './simulated-world.ts';

/** The settings files that the services are started with. */
interface SettledFiles {
  readonly server: string;
  /** Undefined where no exporter runs here. */
  readonly client: string | undefined;
  /** The password of the archive, in a demo. */
  readonly archivePassword?: string;
  /** Whether the exporter pushes here although its settings name another gateway. */
  readonly redirected: boolean;
  /** Brings an edit of the user's ServerSetting.ini to services that run from a file made of it. */
  follow(edited: ServerSide): Promise<void>;
}

export interface OwnFiles {
  readonly serverPath: string;
  readonly serverExists: boolean;
  readonly clientPath: string;
}

/**
 * Chooses or writes the settings of the services. Files that suit the stack are used as they are, so that edits of
 * them apply while it runs.
 *
 * @param world the simulated one, in a demo
 * @param dashboards where Grafana is opened, if there is one: a link of the demo's reports
 */
export async function settleFiles(
  choice: KernelChoice,
  side: ServerSide,
  own: OwnFiles,
  folder: RunFolder,
  world: SimulatedWorld | undefined,
  dashboards?: string,
): Promise<SettledFiles> {
  const write = async (name: string, text: string): Promise<string> => {
    await writeFileAtomic(folder.in(name), text);
    return folder.in(name);
  };
  const follow = async (): Promise<void> => {};
  // Which the settings say.
  if (choice.kind === 'none') return { server: own.serverPath, client: undefined, redirected: false, follow };
  const state = folder.in('exporter');
  if (world !== undefined || choice.kind === 'demo') {
    if (world === undefined) throw new Error('a demo needs its simulated world');
    const [token, archivePassword] = [newSecret(), newSecret()];
    const metrics = reachableAt(exporterMetricsAddress(choice, own.clientPath));
    const server = (by: ServerSide): Promise<string> =>
      write(
        'ServerSetting.ini',
        demoServerSettings(by, world, { token, archivePassword, dashboards }, folder.in('data')),
      );
    return {
      server: await server(side),
      client: await write('ClientSetting.ini', demoClientSettings(side, world, token, state, metrics)),
      redirected: false,
      archivePassword,
      async follow(edited) {
        if (own.serverExists) await server(edited);
      },
    };
  }
  const gateway = `http://${reachableAt(side.addresses.gateway)}`;
  // A hash says nothing of what the exporter is to push with.
  const told = [side.server.ServerToken, choice.client.get('RemoteToken')].filter((each) => each !== undefined);
  const token = told.find((each) => !TOKEN_HASH.test(each)) ?? newSecret();
  const suits = originOf(choice.client.get('RemoteServer')) === gateway && choice.client.get('RemoteToken') === token;
  return {
    server: own.serverExists
      ? own.serverPath
      : await write('ServerSetting.ini', bareServerSettings(side, token, side.dataFolder)),
    client: suits
      ? own.clientPath
      : await write(
          'ClientSetting.ini',
          redirectedClientSettings(choice, dirname(own.clientPath), { gateway, token, state }),
        ),
    redirected: !suits,
    follow,
  };
}

/** Where the exporter serves its own metrics. */
export function exporterMetricsAddress(
  choice: Exclude<KernelChoice, { kind: 'none' }>,
  clientPath: string,
): ListenAddress {
  const address = parseListenPort(choice.client.get('MetricsListen') ?? '', '127.0.0.1') ?? {
    host: '127.0.0.1',
    port: 9101,
  };
  return { ...address, setting: `[client] MetricsListen in ${clientPath}` };
}

function originOf(address: string | undefined): string | undefined {
  const text = address?.includes('://') === false ? `http://${address}` : (address ?? '');
  return URL.canParse(text) ? new URL(text).origin.replace('//localhost', '//127.0.0.1') : undefined;
}

/** What gateway and auditor are told in the demo: addresses, days and language as set, all else simulated. */
function demoServerSettings(
  side: ServerSide,
  world: SimulatedWorld,
  {
    token,
    archivePassword,
    dashboards,
  }: { readonly token: string; readonly archivePassword: string; readonly dashboards: string | undefined },
  data: string,
): string {
  const { server } = side;
  return renderIni({
    server: {
      ...addressKeys(side.addresses),
      ServerToken: token,
      ArchiveToken: archivePassword,
      ArchiveUrl: `http://${reachableAt(side.addresses.auditor)}/reports`,
      ...(dashboards === undefined ? {} : { GrafanaUrl: dashboards }),
      SubUrls: `["demo.yaml"]="${world.airport}"`,
      DataDir: data,
      Timezone: server.Timezone,
      DayEnds: server.DayEnds,
      ReportCron: server.ReportCron,
      LeakMinBytes: String(server.LeakMinBytes),
      LeakRatio: String(server.LeakRatio),
      ...(server.DailyBudget === undefined ? {} : { DailyBudget: String(server.DailyBudget) }),
      Language: server.Language,
      LogLevel: server.LogLevel,
    },
    smtp: {
      SMTPHost: world.mailbox.host,
      SMTPPort: String(world.mailbox.port),
      EmailUser: DEMO_MAIL.user,
      EmailPass: world.password,
      EmailTo: DEMO_MAIL.to,
    },
  });
}

/** What gateway and auditor are told where there is a real kernel but no ServerSetting.ini: no airport, no mail. */
function bareServerSettings(side: ServerSide, token: string, data: string): string {
  return renderIni({ server: { ...addressKeys(side.addresses), ServerToken: token, DataDir: data } });
}

function demoClientSettings(
  side: ServerSide,
  world: SimulatedWorld,
  token: string,
  state: string,
  metrics: string,
): string {
  const { Language } = side.server;
  return renderIni({
    client: {
      MihomoAPIAddr: world.kernel,
      MihomoSecret: world.secret,
      RemoteServer: `http://${reachableAt(side.addresses.gateway)}`,
      RemoteToken: token,
      DeviceID: translate(DEMO_DEVICE, Language),
      // Twice as often as a real device: figures come sooner.
      PushInterval: '5s',
      StateDir: state,
      MetricsListen: metrics,
      Language,
    },
  });
}

/**
 * ClientSetting.ini as it is, but pushing to the gateway of this stack and with a state of its own, so that an exporter
 * that already runs from the same file is left in peace.
 *
 * @param folder of ClientSetting.ini, which its paths are relative to
 */
function redirectedClientSettings(
  { client, kernels }: Extract<KernelChoice, { kind: 'real' }>,
  folder: string,
  push: { readonly gateway: string; readonly token: string; readonly state: string },
): string {
  const moved = (entries: ClientEntries): Record<string, string> => {
    const { RemoteToken: _token, StateSync: _copy, MihomoCA: ca = '', ...rest } = Object.fromEntries(entries);
    return { ...rest, ...(ca === '' ? {} : { MihomoCA: resolve(folder, ca) }) };
  };
  return renderIni({
    client: { ...moved(client), RemoteServer: push.gateway, RemoteToken: push.token, StateDir: push.state },
    ...Object.fromEntries([...kernels].map(([section, entries]) => [section, moved(entries)])),
  });
}

function addressKeys(addresses: StackAddresses): Record<string, string> {
  return {
    ListenPort: `${addresses.gateway.host}:${addresses.gateway.port}`,
    GatewayMetricsListen: reachableAt(addresses.gatewayMetrics),
    PushgatewayAddr: `http://${reachableAt(addresses.pushgateway)}`,
    PrometheusAddr: `http://${reachableAt(addresses.prometheus)}`,
    AuditorListen: reachableAt(addresses.auditor),
  };
}

/** Sections by name, each a map of keys to values; a value over several lines keeps its lines. */
export type IniSections = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Writes settings for a service to read. @throws IniValueError */
export function renderIni(sections: IniSections): string {
  return Object.entries(sections)
    .map(([name, entries]) => {
      const lines = Object.entries(entries).map(([key, value]) => iniEntry(name, key, value));
      return [`[${name}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}

/** What Prometheus and Alertmanager of the stack are started with: that of a VPS, at this machine's addresses. */
export function storageFiles(side: ServerSide, mail: AlertMail, scrapeSeconds: number): TextFile[] {
  const { addresses } = side;
  const targets = {
    pushgateway: reachableAt(addresses.pushgateway),
    auditor: reachableAt(addresses.auditor),
    gateway: reachableAt(addresses.gatewayMetrics),
    alertmanager: reachableAt(addresses.alertmanager),
    prometheus: reachableAt(addresses.prometheus),
  };
  return configurationFiles(side, targets, mail, scrapeSeconds);
}

/** Alerts go where the report goes: by `[smtp]`, in a demo to the simulated mailbox. Writes the password's file. */
export async function alertMail(
  side: ServerSide,
  folder: RunFolder,
  world: SimulatedWorld | undefined,
): Promise<AlertMail> {
  const passwordFile = folder.in('smtp_password');
  const smtp =
    world === undefined
      ? side.smtp
      : {
          SMTPHost: world.mailbox.host,
          SMTPPort: world.mailbox.port,
          EmailUser: DEMO_MAIL.user,
          EmailPass: world.password,
          EmailTo: DEMO_MAIL.to,
        };
  await writeFileAtomic(passwordFile, smtp.EmailPass ?? '');
  return { smtp, passwordFile, tls: world === undefined };
}
