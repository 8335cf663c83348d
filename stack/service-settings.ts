import { resolve } from 'node:path';
import { reachableAt } from '../runtime/addresses.ts';
import { renderIni } from './ini-text.ts';
import type { ClientEntries, KernelChoice } from './kernel-choice.ts';
import type { ServerSide, StackAddresses } from './settings.ts';
import { DEMO_MAIL, type SimulatedWorld } from './simulated-world.ts';

/** What gateway and auditor are told in the demo: addresses, days and language as set, all else simulated. */
export function demoServerSettings(side: ServerSide, world: SimulatedWorld, token: string, data: string): string {
  const { server } = side;
  return renderIni({
    server: {
      ...addressKeys(side.addresses),
      ServerToken: token,
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
export function bareServerSettings(side: ServerSide, token: string, data: string): string {
  return renderIni({ server: { ...addressKeys(side.addresses), ServerToken: token, DataDir: data } });
}

export function demoClientSettings(
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
      DeviceID: Language === 'zh' ? '演示设备' : 'Demo device',
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
export function redirectedClientSettings(
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
