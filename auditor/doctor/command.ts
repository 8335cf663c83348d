import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { parseListenPort } from '../../core/addresses.ts';
import { type Language, type Text, textOf, translateTo } from '../../core/language.ts';
import { readServerSection, type ServerSection } from '../../core/server-settings.ts';
import { describeProblem, SettingsError, type SettingsRead, SettingsReader } from '../../core/settings.ts';
import { shortTokenWarnings } from '../../core/short-tokens.ts';
import { TEXTS as CORE_TEXTS } from '../../core/texts.ts';
import { type Finding, good, printFindings, warning } from '../../runtime/findings.ts';
import { INSTALLATION, installedService, serviceOf } from '../../runtime/installed.ts';
import { createPrometheus } from '../../runtime/prometheus.ts';
import { isOpenToOthers, readSettingsText } from '../../runtime/settings-file.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import { createAirportClient } from '../airport/fetch.ts';
import type { AuditorConfig, ConfigOption } from '../config.ts';
import { TEXTS } from '../messages/texts.ts';
import { EMPTY_AIRPORT, EMPTY_STATE, readAuditState, statePathIn } from '../state/audit-state.ts';
import { checkDataFolder, checkPort, type ServicePort } from './machine-checks.ts';
import {
  checkAirport,
  checkMail,
  checkPrometheus,
  checkServerClock,
  checkStore,
  checkTelegram,
} from './neighbour-checks.ts';

type ReadConfig = (file: string, text: string, folder: string) => SettingsRead<AuditorConfig>;

/**
 * `flowcollect doctor` of a VPS: looks at all that gateway and auditor need and says of each what is wrong and how to fix
 * it. Asks each airport once, unless it was asked within ten minutes; sends no mail.
 *
 * @param print one text for standard output
 */
export function serverDoctorCommand(
  print: (text: string) => void,
  language: Language,
  readConfig: ReadConfig,
  installation = INSTALLATION,
): Command {
  const translate = translateTo(language);
  return new Command('doctor')
    .description(translate(COMMANDS.doctor))
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .option('--json', translate(TEXTS.json), false)
    .action(async ({ config: path, json }: ConfigOption & { json: boolean }) => {
      const findings = await examine(path, readConfig, installation);
      printFindings(findings, (line) => print(`${line}\n`), language, json);
    });
}

/** @throws SettingsError where the settings cannot be used */
async function examine(path: string, readConfig: ReadConfig, installation: typeof INSTALLATION): Promise<Finding[]> {
  const [file, text, own] = [basename(path), await readSettingsText(path), dirname(resolve(path))];
  const elsewhere: Finding[] = [];
  const folderOf = async (service: 'gateway' | 'auditor'): Promise<string> => {
    try {
      return (await serviceOf(service, path, installation))?.folder ?? own;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      elsewhere.push(warning(error.text));
      return own;
    }
  };
  const folders = { gateway: await folderOf('gateway'), auditor: await folderOf('auditor') };
  const { settings: config, notices } = readConfig(file, text, folders.auditor);
  const reader = new SettingsReader(file, text);
  const { settings: server } = reader.finish(readServerSection(reader));

  const said = [...notices, ...shortTokenWarnings(config.short, 'flowcollect gateway token add')];
  const airports = config.subscriptions.map(({ name }) => name);
  const state = await readAuditState(statePathIn(config.dataFolder)).catch(() => EMPTY_STATE);
  const client = createAirportClient({ clock: Date.now });
  const clockAt = config.subscriptions.find(({ url, rules }) => url !== '' && rules?.proxy === undefined)?.url;
  const store =
    server.VictoriaMetricsAddr === undefined
      ? checkStore('Pushgateway', 'PushgatewayAddr', server.PushgatewayAddr)
      : checkStore('VictoriaMetrics', 'VictoriaMetricsAddr', server.VictoriaMetricsAddr);
  const ports = await portsOf(server, file, installation);
  return [
    good(settingsOf(file, airports)),
    ...said.map((each) => warning(textOf((to) => describeProblem(file, each, to)))),
    ...((await isOpenToOthers(path)) ? [warning(CORE_TEXTS.openToOthers(path))] : []),
    ...new Map(elsewhere.map((each) => [each.text.en, each])).values(),
    ...(await Promise.all(ports.map(checkPort))),
    ...(await Promise.all(
      [...new Set([folders.gateway, folders.auditor])].map((each) => checkDataFolder(resolve(each, server.DataDir))),
    )),
    ...(await checkStores(config.prometheus)),
    await store,
    ...(await Promise.all(
      config.subscriptions.map((each) =>
        checkAirport(client, each, state.airports.get(each.name) ?? EMPTY_AIRPORT, Date.now()),
      ),
    )),
    ...known(clockAt === undefined ? undefined : await checkServerClock(clockAt, Date.now)),
    await checkMail(config.mail),
    ...known(await checkTelegram(config.telegram)),
  ];
}

/** All that the auditor asks, which say the same of what they all lack once. */
async function checkStores(addresses: readonly string[]): Promise<Finding[]> {
  const found = await Promise.all(
    addresses.map((address) => checkPrometheus(createPrometheus({ addresses: () => [address] }), address)),
  );
  return [...new Map(found.flat().map((each) => [each.text.en, each])).values()];
}

const known = (finding: Finding | undefined): Finding[] => (finding === undefined ? [] : [finding]);

const settingsOf = (file: string, airports: readonly string[]): Text => ({
  zh: `设置 ${file}，机场 ${airports.length === 0 ? '没有' : airports.join('、')}`,
  en: `settings ${file}, airports: ${airports.length === 0 ? 'none' : airports.join(', ')}`,
});

/** Where gateway and auditor listen. */
async function portsOf(
  server: ServerSection,
  file: string,
  installation: typeof INSTALLATION,
): Promise<readonly ServicePort[]> {
  const port = async (
    service: ServicePort['service'],
    key: 'ListenPort' | 'GatewayMetricsListen' | 'AuditorListen' | 'ReadersListen',
    host: string,
    tls = false,
  ): Promise<ServicePort[]> => {
    const address = parseListenPort(server[key], host);
    if (address === undefined) return [];
    const installed = (await installedService(service, installation)) !== undefined;
    return [{ service, address: { ...address, setting: `[server] ${key} in ${file}` }, tls, installed }];
  };
  return [
    ...(await port('gateway', 'ListenPort', '0.0.0.0', server.TlsCert !== undefined)),
    ...(await port('gateway', 'GatewayMetricsListen', '127.0.0.1')),
    ...(await port('auditor', 'AuditorListen', '127.0.0.1')),
    ...(server.LabelProxyAddr === undefined ? [] : await port('gateway', 'ReadersListen', '127.0.0.1')),
  ];
}
