import { isPrivate, parseListenPort, readTrustedProxies } from '../core/addresses.ts';
import { isExample, readServerSection, type ServerSection } from '../core/server-settings.ts';
import { type SettingsRead, SettingsReader } from '../core/settings.ts';
import { readShortTokens, type ShortToken } from '../core/short-tokens.ts';
import { TEXTS as CORE_TEXTS } from '../core/texts.ts';
import type { ListenAddress } from '../runtime/listen.ts';
import type { Token } from './access/authenticate.ts';
import type { Reader } from './access/reader-token.ts';
import { TEXTS } from './access/texts.ts';
import {
  checkTokens,
  checkUsers,
  DEFAULT_USER,
  isHash,
  pushTokens,
  readersOf,
  readHash,
  readTokenSections,
  type TokenSection,
  type TokensApart,
  withTokensApart,
} from './access/token-sections.ts';
import type { CertificateFiles } from './http/certificate.ts';

export interface GatewayConfig {
  /** Where devices push. */
  readonly listen: ListenAddress;
  /** Where the gateway's own metrics are served. */
  readonly metrics: ListenAddress;
  /** With which devices are answered over TLS; as written: relative to the settings file's folder. */
  readonly tls?: CertificateFiles;
  /** Such as `http://127.0.0.1:9091`. */
  readonly pushgateway: string;
  /** Such as `http://127.0.0.1:8428`; takes the pushes in place of Pushgateway where it is set. */
  readonly victoriaMetrics?: string;
  /** As written: relative to the settings file's folder. */
  readonly dataDir: string;
  readonly logLevel: ServerSection['LogLevel'];
  readonly language: ServerSection['Language'];
  /** Of the settings alone; see {@link withTokens}. */
  readonly tokens: readonly Token[];
  /** Whose `X-Forwarded-For` counts. */
  readonly isProxy: (peer: string) => boolean;
  /** Where Grafana asks for users, and where prom-label-proxy answers; closed when absent. */
  readonly queries?: { readonly listen: ListenAddress; readonly labelProxy: string };
  readonly readers: readonly Reader[];
  /** Rebases and retires devices; `plain` where the file does not hold the hash alone. */
  readonly admin?: { readonly hash: Buffer; readonly plain?: string };
  /** Such as `http://127.0.0.1:9090`; asked before a device is retired. */
  readonly prometheus: string;
  /** Where the tokens come from, besides the shared one. */
  readonly sections: readonly TokenSection[];
  readonly short: readonly ShortToken[];
  /** Of `ServerToken`. */
  readonly shared?: Token;
}

/** What the settings admit, together with what the commands wrote in a file of their own. */
export function withTokens(config: GatewayConfig, apart: readonly TokensApart[]): GatewayConfig {
  const sections = withTokensApart(config.sections, apart);
  return { ...config, sections, tokens: pushTokens(sections, config.shared), readers: readersOf(sections) };
}

/**
 * What the gateway reads of ServerSetting.ini.
 *
 * @param file named in errors
 * @param called FlowCollect as it was called, for a command to run
 * @param apart whether somebody can push by what the commands wrote in a file of their own
 * @throws SettingsError with all problems at once
 */
export function readGatewayConfig(
  file: string,
  text: string,
  called = 'flowcollect',
  apart = false,
): SettingsRead<GatewayConfig> {
  const reader = new SettingsReader(file, text);
  const server = readServerSection(reader);
  if (server === undefined) return reader.finish<GatewayConfig>(undefined);

  const address = (key: 'ListenPort' | 'GatewayMetricsListen' | 'ReadersListen', host: string): ListenAddress => {
    const parsed = parseListenPort(server[key], host);
    if (parsed === undefined) reader.problem('server', key, CORE_TEXTS.listen(':8686', '127.0.0.1:8686'));
    return { host, port: 0, ...parsed, setting: `[server] ${key} in ${file}` };
  };
  const listen = address('ListenPort', '0.0.0.0');
  const sections = readTokenSections(reader);
  checkUsers(sections, reader);
  const shared = readSharedToken(server, reader);
  checkTokens(sections, shared, reader);
  const tokens = pushTokens(sections, shared);
  if (tokens.length === 0 && !apart && server.ServerToken === undefined && reader.problems.length === 0) {
    reader.problem('server', 'ServerToken', TEXTS.nobodyCanPush(`${called} ${ADD_TOKEN}`));
  }
  const tls = readCertificateFiles(server, reader);
  if (tls === undefined && !isPrivate(listen.host)) {
    reader.notice('server', 'ListenPort', TEXTS.tokensInTheClear);
  }
  const readersAt = address('ReadersListen', '127.0.0.1');
  if (server.LabelProxyAddr !== undefined && !isPrivate(readersAt.host)) {
    reader.notice('server', 'ReadersListen', TEXTS.readersInTheClear);
  }
  return reader.finish({
    listen,
    isProxy: readTrustedProxies(server, reader),
    metrics: address('GatewayMetricsListen', '127.0.0.1'),
    pushgateway: server.PushgatewayAddr,
    ...(server.VictoriaMetricsAddr === undefined ? {} : { victoriaMetrics: server.VictoriaMetricsAddr }),
    dataDir: server.DataDir,
    logLevel: server.LogLevel,
    language: server.Language,
    tokens,
    sections,
    ...(shared === undefined ? {} : { shared }),
    short: readShortTokens(reader, ['ServerToken', 'Token', 'ReaderToken']),
    readers: readersOf(sections),
    prometheus: server.PrometheusAddr,
    ...(server.LabelProxyAddr === undefined
      ? {}
      : { queries: { listen: readersAt, labelProxy: server.LabelProxyAddr } }),
    ...(tls === undefined ? {} : { tls }),
    ...readAdmin(server, tokens, reader),
  });
}

/** Behind the name by which FlowCollect was called. */
export const ADD_TOKEN = 'gateway token add --device ID';

/** One user, any device. */
function readSharedToken({ ServerToken }: ServerSection, reader: SettingsReader): Token | undefined {
  if (ServerToken === undefined) return undefined;
  if (isExample(ServerToken)) {
    reader.notice('server', 'ServerToken', CORE_TEXTS.exampleSecret);
    return undefined;
  }
  return { hash: readHash(ServerToken), user: DEFAULT_USER };
}

function readCertificateFiles(
  { TlsCert: cert, TlsKey: key }: ServerSection,
  reader: SettingsReader,
): CertificateFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert !== undefined) reader.problem('server', 'TlsCert', TEXTS.needsBeside('TlsKey'));
  if (key !== undefined) reader.problem('server', 'TlsKey', TEXTS.needsBeside('TlsCert'));
  return undefined;
}

/** A device's token must never administer. */
function readAdmin(
  { AdminToken: setting }: ServerSection,
  tokens: readonly Token[],
  reader: SettingsReader,
): Pick<GatewayConfig, 'admin'> {
  if (setting === undefined) return {};
  const hash = readHash(setting);
  if (tokens.some((token) => token.hash.equals(hash))) {
    reader.problem('server', 'AdminToken', TEXTS.adminTokenPushes);
  }
  return { admin: isHash(setting) ? { hash } : { hash, plain: setting } };
}
