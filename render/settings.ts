import { isLoopback, parseListenPort } from '../core/addresses.ts';
import {
  readAlertSections,
  readServerSection,
  readSmtpSection,
  type ServerSection,
  telegramSchema,
} from '../core/server-settings.ts';
import { type SettingsRead, SettingsReader } from '../core/settings.ts';
import { TEXTS as CORE_TEXTS } from '../core/texts.ts';
import type { ScrapeTargets } from '../prometheus/scrape.ts';

/**
 * What the configuration of Prometheus, Alertmanager and Grafana takes from the server's settings.
 *
 * @param path of the file, named in errors
 * @throws SettingsError with all problems at once
 */
export function readRenderSettings(path: string, text: string) {
  const reader = new SettingsReader(path, text);
  const server = readServerSection(reader);
  const smtp = readSmtpSection(reader);
  const telegram = reader.section('telegram', telegramSchema);
  const alerting = readAlertSections(reader);
  const ports = {
    auditor: parseListenPort(server?.AuditorListen ?? '', '')?.port,
    gateway: parseListenPort(server?.GatewayMetricsListen ?? '', '')?.port,
  };
  if (server !== undefined) {
    if (ports.auditor === undefined) reader.problem('server', 'AuditorListen', BAD_ADDRESS);
    if (ports.gateway === undefined) reader.problem('server', 'GatewayMetricsListen', BAD_ADDRESS);
  }
  if (server === undefined || smtp === undefined || telegram === undefined || alerting === undefined)
    return reader.finish<never>(undefined);
  return reader.finish({
    server,
    smtp,
    telegram,
    ...alerting,
    targets: targets(server, ports.auditor ?? 0, ports.gateway ?? 0),
  });
}
export type RenderSettings = ReturnType<typeof readRenderSettings> extends SettingsRead<infer T> ? T : never;

const BAD_ADDRESS = CORE_TEXTS.listen('127.0.0.1:9102', ':9102');

/**
 * Who is scraped where. When Pushgateway is not on loopback, the parts are containers, which reach each other by the
 * names of docker-compose.yml; else all are on this machine.
 */
function targets(
  { PushgatewayAddr, PrometheusAddr, RemoteWriteAddr }: ServerSection,
  auditor: number,
  gateway: number,
): ScrapeTargets {
  const contained = !isLoopback(new URL(PushgatewayAddr).hostname);
  // One that copies its samples elsewhere is often not the one that is asked.
  const itself = contained || RemoteWriteAddr !== undefined;
  const at = (name: string, port: number): string => `${contained ? name : '127.0.0.1'}:${port}`;
  return {
    pushgateway: hostPort(PushgatewayAddr),
    auditor: at('auditor', auditor),
    gateway: at('gateway', gateway),
    alertmanager: at('alertmanager', 9093),
    prometheus: itself ? 'localhost:9090' : hostPort(PrometheusAddr),
  };
}

function hostPort(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}
