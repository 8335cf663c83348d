import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { parseListenPort } from '../core/addresses.ts';
import {
  type AlertsSection,
  readAlertSections,
  readServerSection,
  readSmtpSection,
  type ServerSection,
  type SmtpSection,
  type TelegramSection,
  telegramSchema,
  type UserAlerts,
} from '../core/server-settings.ts';
import { durationSetting, numberSetting, SettingsError, SettingsReader, switchSetting } from '../core/settings.ts';
import { TEXTS as CORE_TEXTS } from '../core/texts.ts';
import type { ListenAddress } from '../runtime/listen.ts';
import { TEXTS } from './texts.ts';

const port = (fallback: number) => z._default(numberSetting(1, 65_535), fallback);

/** `[stack]`: what only `flowcollect stack` needs, besides the addresses that the services find in `[server]`. */
export const stackSchema = z.object({
  /** Whether a simulated kernel, airport and mailbox stand in where no kernel answers. */
  Demo: z._default(switchSetting(), true),
  AlertmanagerPort: port(9093),
  GrafanaPort: port(3000),
  /** How long the demo collects before it is audited and the report is mailed. */
  DemoReportAfter: z._default(durationSetting(1000, 3_600_000), 40_000),
});

/** Where the parts listen, each with the setting that moves it. Grafana's is used only where there is a Grafana. */
export interface StackAddresses {
  readonly gateway: ListenAddress;
  readonly gatewayMetrics: ListenAddress;
  readonly pushgateway: ListenAddress;
  readonly prometheus: ListenAddress;
  readonly alertmanager: ListenAddress;
  readonly auditor: ListenAddress;
  readonly grafana: ListenAddress;
}

export interface ServerSide {
  readonly server: ServerSection;
  readonly smtp: SmtpSection;
  readonly telegram: TelegramSection;
  readonly alerts: AlertsSection;
  readonly users: readonly UserAlerts[];
  readonly addresses: StackAddresses;
  readonly demo: boolean;
  /** Milliseconds. */
  readonly demoReportAfter: number;
  /** `DataDir`, absolute. */
  readonly dataFolder: string;
}

/**
 * Reads what the stack needs of the server's settings.
 *
 * @param path of the file, named in errors; relative paths in it begin at its folder
 * @param text empty when there is no file: everything has a default
 * @throws SettingsError with all problems at once
 */
export function readServerSide(path: string, text: string): ServerSide {
  const reader = new SettingsReader(path, text);
  const server = readServerSection(reader);
  const smtp = readSmtpSection(reader);
  const telegram = reader.section('telegram', telegramSchema);
  const alerting = readAlertSections(reader);
  const stack = reader.section('stack', stackSchema);
  if (!server || !smtp || !telegram || !alerting || !stack) throw new SettingsError(path, reader.problems);

  const named = (section: string, key: string): string => `[${section}] ${key} in ${path}`;
  const listen = (key: 'ListenPort' | 'AuditorListen' | 'GatewayMetricsListen', host: string): ListenAddress => {
    const address = parseListenPort(server[key], host);
    if (address === undefined) reader.problem('server', key, CORE_TEXTS.listen('127.0.0.1:9102', ':9102'));
    return { host, port: 0, ...address, setting: named('server', key) };
  };
  const local = (key: 'PushgatewayAddr' | 'PrometheusAddr'): ListenAddress => {
    const url = new URL(server[key]);
    if (url.hostname !== '127.0.0.1' && url.hostname !== 'localhost') {
      reader.problem('server', key, TEXTS.notHere);
    }
    return { host: '127.0.0.1', port: Number(url.port === '' ? 80 : url.port), setting: named('server', key) };
  };
  if (server.TlsCert !== undefined) {
    reader.problem('server', 'TlsCert', TEXTS.noTls);
  }
  const own = (key: 'AlertmanagerPort' | 'GrafanaPort'): ListenAddress => ({
    host: '127.0.0.1',
    port: stack[key],
    setting: named('stack', key),
  });

  const addresses: StackAddresses = {
    gateway: listen('ListenPort', '0.0.0.0'),
    gatewayMetrics: listen('GatewayMetricsListen', '127.0.0.1'),
    pushgateway: local('PushgatewayAddr'),
    prometheus: local('PrometheusAddr'),
    alertmanager: own('AlertmanagerPort'),
    auditor: listen('AuditorListen', '127.0.0.1'),
    grafana: own('GrafanaPort'),
  };
  return reader.finish({
    server,
    smtp,
    telegram,
    ...alerting,
    addresses,
    demo: stack.Demo,
    demoReportAfter: stack.DemoReportAfter,
    dataFolder: resolve(dirname(path), server.DataDir),
  }).settings;
}
