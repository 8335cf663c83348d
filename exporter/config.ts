import { isIP } from 'node:net';
import { z } from 'zod';
import { deviceIdProblem } from '../core/device-id.ts';
import {
  durationSetting,
  httpUrlSetting,
  languageSetting,
  listSetting,
  type SettingsRead,
  SettingsReader,
} from '../core/settings.ts';
import { parseListenPort } from '../runtime/http-listener.ts';

/** Shows in a notice which key it is about. */
const SECTION = 'client';

/** An address as the seed's users write it: the host may stand alone, and a path such as the old `/report` is dropped. */
const originSetting = () =>
  z
    .string()
    .transform((text) => (text.includes('://') ? text : `http://${text}`))
    .pipe(httpUrlSetting())
    .transform((text) => new URL(text).origin);

const listenSetting = () =>
  z.string().transform((text, context) => {
    const address = parseListenPort(text, '127.0.0.1');
    if (address === undefined) {
      context.addIssue({ code: 'custom', message: 'must be an address such as 127.0.0.1:9101 or :9101' });
      return z.NEVER;
    }
    return address;
  });

const deviceIdSetting = () =>
  z.string().superRefine((text, context) => {
    const problem = deviceIdProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** A header value: what a secret may hold so that it can be sent at all. */
const secretSetting = () =>
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, { message: 'must hold only characters that an HTTP header can carry' });

const ClientSection = z.object({
  MihomoAPIAddr: originSetting().prefault('http://127.0.0.1:9097'),
  MihomoSecret: secretSetting().default(''),
  RemoteServer: originSetting(),
  RemoteToken: secretSetting().default(''),
  DeviceID: deviceIdSetting(),
  LocalLogFile: z.string().optional(),
  PollInterval: durationSetting(100, 60_000).default(1000),
  PushInterval: durationSetting(100, 600_000).default(10_000),
  LocalNodes: listSetting().prefault('ua3f'),
  StateDir: z.string().default('flowcollect-state'),
  MetricsListen: listenSetting().prefault('127.0.0.1:9101'),
  Language: languageSetting().default('zh'),
  LogLevel: z
    .enum(['debug', 'info', 'warn', 'error'], { message: 'must be debug, info, warn or error' })
    .default('info'),
});

/** `[client]` of ClientSetting.ini. Durations are milliseconds; paths are as written, relative to the file's folder. */
export type ExporterConfig = Readonly<z.infer<typeof ClientSection>>;

/**
 * Reads `[client]`.
 *
 * @param file named in errors
 * @throws SettingsError with all problems at once
 */
export function readExporterConfig(file: string, text: string): SettingsRead<ExporterConfig> {
  const reader = new SettingsReader(file, text);
  const config = reader.section(SECTION, ClientSection);
  if (config !== undefined && sendsTokenInTheClear(config)) {
    const line = reader.document.lineOf(SECTION, 'RemoteServer');
    reader.notices.push({
      section: SECTION,
      key: 'RemoteServer',
      ...(line === undefined ? {} : { line }),
      problem: 'sends RemoteToken unencrypted over the network; put TLS in front of the gateway and write https://',
    });
  }
  return reader.finish(config);
}

function sendsTokenInTheClear({ RemoteServer, RemoteToken }: ExporterConfig): boolean {
  const { protocol, hostname } = new URL(RemoteServer);
  if (protocol === 'https:' || RemoteToken === '' || hostname === 'localhost' || hostname === '[::1]') return false;
  if (isIP(hostname) === 4) return !/^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(hostname);
  // A name without a dot is one of the local network, such as a container.
  return hostname.includes('.') || hostname.includes(':');
}
