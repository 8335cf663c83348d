import * as z from 'zod/mini';
import { isPrivate, parseBaseUrl, parseKernelAddress, parseListenPort } from '../core/addresses.ts';
import { deviceIdProblem } from '../core/device-id.ts';
import type { Messages, Text } from '../core/language.ts';
import { DIMENSIONS, type Dimension } from '../core/metric-contract.ts';
import {
  durationSetting,
  headerSetting,
  issue,
  languageSetting,
  listSetting,
  numberSetting,
  pathSetting,
  readSetting,
  type SettingsRead,
  SettingsReader,
  switchSetting,
  timeOfDaySetting,
  timeZoneSetting,
  withoutUndefined,
} from '../core/settings.ts';
import { TEXTS as CORE_TEXTS } from '../core/texts.ts';
import type { LedgerOptions } from './ledger/ledger.ts';
import { MOST_FAMILY_COUNTERS } from './ledger/series-budget.ts';

/** What is said of `[client]` and `[kernel.NAME]`. */
export const TEXTS = {
  wholeNumber: { zh: '须为整数', en: 'must be a whole number' },
  logLevel: { zh: '须为 debug、info、warn 或 error', en: 'must be debug, info, warn or error' },
  kernelAddress: {
    zh: '须为地址，如 http://127.0.0.1:9090、https://…、unix:///run/mihomo.sock 或 \\\\.\\pipe\\mihomo；套接字须写从 / 开始的完整路径，带路径的主机须以 http:// 开头',
    en: 'must be an address such as http://127.0.0.1:9090, https://…, unix:///run/mihomo.sock or \\\\.\\pipe\\mihomo; a socket with its whole path from / on, a host with a path behind http://',
  },
  gatewayAddress: {
    zh: '须为 http(s) 地址，如 https://vps.example.com，不带用户名、密码、? 和 #；令牌写在 RemoteToken',
    en: 'must be an http(s) address such as https://vps.example.com, without a name, a password, ? or #; the token goes to RemoteToken',
  },
  fingerprint: {
    zh: '须为证书的 SHA-256 指纹：64 位十六进制数，可带冒号',
    en: 'must be the SHA-256 fingerprint of a certificate: 64 hexadecimal digits, colons allowed',
  },
  families: (known: string): Text => ({ zh: `只能列出 ${known}`, en: `must list only ${known}` }),
  nameOfSection: ({ zh, en }: Text): Text => ({
    zh: `作为节名${zh}，请为这一节写上 DeviceID`,
    en: `${en}; give the section a DeviceID`,
  }),
  sameAs: (section: string): Text => ({
    zh: `与 [${section}] 的相同；每个内核要有自己的`,
    en: `is that of [${section}] too; every kernel needs its own`,
  }),
  noCertificate: {
    zh: '不起作用：只有 https:// 的内核才有证书',
    en: 'has no effect: only an https:// kernel shows a certificate',
  },
  kernelSection: { zh: '已忽略：内核的节须写成 [kernel.NAME]', en: 'is ignored: a kernel has a section [kernel.NAME]' },
  notWatched: {
    zh: '不会被读取：有 [kernel.…] 时，[client] 写了 DeviceID 才读取它自己的内核',
    en: 'is not watched besides [kernel.…] sections unless [client] has a DeviceID',
  },
  tokenInTheClear: {
    zh: '会让 RemoteToken 以明文经过网络；请在网关前加 TLS，并写成 https://',
    en: 'sends RemoteToken unencrypted over the network; put TLS in front of the gateway and write https://',
  },
} as const satisfies Messages;

/**
 * Where the gateway is, with the path that a proxy has it under, if any. As users of the earlier FlowCollect write it: the
 * host may be given alone, and the old `/report` at its end is dropped.
 */
const gatewaySetting = () => readSetting((text) => parseBaseUrl(text)?.replace(/\/report$/, ''), TEXTS.gatewayAddress);

/** Where a kernel's API is, in the one spelling of `parseKernelAddress`. */
const kernelAddressSetting = () => readSetting(parseKernelAddress, TEXTS.kernelAddress);

/** The SHA-256 of a certificate as tools print it, `AB:CD:…` or without colons → upper case with colons. */
const fingerprintSetting = () =>
  readSetting((text) => {
    const digits = text.replace(/^sha-?256[:=\s]*/i, '').replaceAll(/[:\s]/g, '');
    return /^[0-9a-f]{64}$/i.test(digits) ? (digits.toUpperCase().match(/../g) ?? []).join(':') : undefined;
  }, TEXTS.fingerprint);

/** Names of dimensions; empty for none of them. */
const familiesSetting = () =>
  z.pipe(listSetting(), z.array(z.enum(DIMENSIONS, { message: issue(TEXTS.families(DIMENSIONS.join(', '))) })));

const listenSetting = () =>
  readSetting((text) => parseListenPort(text, '127.0.0.1'), CORE_TEXTS.listen('127.0.0.1:9101', ':9101'));

const deviceIdSetting = () =>
  z.string().check((context) => {
    const problem = deviceIdProblem(context.value);
    if (problem !== undefined) context.issues.push({ code: 'custom', message: issue(problem), input: context.value });
  });

const SECTION = 'client';
const KERNEL_SECTION = /^kernel\.(.+)$/;

const pollInterval = () => durationSetting(100, 60_000);

/** How to reach a kernel: never taken from one kernel for another. */
const Link = {
  MihomoSecret: z._default(headerSetting(), ''),
  MihomoCA: z.optional(z.string()),
  MihomoFingerprint: z.optional(fingerprintSetting()),
  MihomoCert: z.optional(z.string()),
  MihomoKey: z.optional(z.string()),
};

export const ClientSection = z.object({
  ...Link,
  MihomoAPIAddr: z.prefault(kernelAddressSetting(), 'http://127.0.0.1:9097'),
  RemoteServer: gatewaySetting(),
  RemoteToken: z._default(headerSetting(), ''),
  DeviceID: z.optional(deviceIdSetting()),
  LocalLogFile: z.optional(pathSetting()),
  PollInterval: z._default(pollInterval(), 1000),
  PushInterval: z._default(durationSetting(100, 600_000), 10_000),
  LocalNodes: z.prefault(listSetting(), 'ua3f'),
  FamilyCap: z._default(
    numberSetting(0, MOST_FAMILY_COUNTERS).check(z.refine(Number.isInteger, { message: issue(TEXTS.wholeNumber) })),
    50,
  ),
  Families: z._default(familiesSetting(), [...DIMENSIONS]),
  Privacy: z._default(switchSetting(), false),
  StateDir: z._default(pathSetting(), 'flowcollect-state'),
  StateSync: z.optional(pathSetting()),
  StateAppend: z.optional(switchSetting()),
  MetricsListen: z.prefault(listenSetting(), '127.0.0.1:9101'),
  MetricsHosts: z.optional(listSetting()),
  Timezone: z._default(timeZoneSetting(), 'Asia/Shanghai'),
  DayEnds: z._default(timeOfDaySetting(), '23:55'),
  Language: z._default(languageSetting(), 'zh'),
  LogLevel: z._default(z.enum(['debug', 'info', 'warn', 'error'], { message: issue(TEXTS.logLevel) }), 'info'),
});

export const KernelSection = z.object({
  ...Link,
  MihomoAPIAddr: kernelAddressSetting(),
  DeviceID: z.optional(deviceIdSetting()),
  RemoteToken: z.optional(headerSetting()),
  PollInterval: z.optional(pollInterval()),
  LocalNodes: z.optional(listSetting()),
});

type Client = z.infer<typeof ClientSection>;

/** What holds for one kernel: its own section, and `[client]` for the rest. */
export interface DeviceConfig extends Omit<Client, 'DeviceID'> {
  /** Where it stands in the settings: `client` or `kernel.NAME`. */
  readonly section: string;
  readonly DeviceID: string;
  /** Of `LocalNodes`, `FamilyCap`, `Families` and `Privacy`. */
  readonly ledger: Omit<LedgerOptions, 'domainOf'>;
}

/** `[client]` and the kernels to watch, at least one. Durations are milliseconds; paths are relative to the file's folder. */
export interface ExporterConfig extends Omit<Client, 'DeviceID'> {
  readonly devices: readonly DeviceConfig[];
}

/**
 * Reads `[client]` and every `[kernel.NAME]`. Where there are such sections, `[client]` watches a kernel of its own
 * only if it has a DeviceID.
 *
 * @param file named in errors
 * @throws SettingsError with all problems at once
 */
export function readExporterConfig(file: string, text: string): SettingsRead<ExporterConfig> {
  const reader = new SettingsReader(file, text);
  const client = reader.section(SECTION, ClientSection);
  const kernels = reader.document.sections.flatMap((section) => {
    const name = KERNEL_SECTION.exec(section)?.[1];
    return name === undefined ? [] : [{ section, name, settings: reader.section(section, KernelSection) }];
  });
  if (kernels.length === 0 && (reader.document.entries(SECTION).get('DeviceID') ?? '') === '') {
    reader.problem(SECTION, 'DeviceID', CORE_TEXTS.missing);
  }
  if (client === undefined) return reader.finish<ExporterConfig>(undefined);

  const { DeviceID, ...shared } = client;
  const devices: DeviceConfig[] =
    DeviceID === undefined ? [] : [{ ...shared, section: SECTION, DeviceID, ledger: ledgerOptions(shared) }];
  const { MihomoCA: _ca, MihomoFingerprint: _fingerprint, MihomoCert: _cert, MihomoKey: _key, ...inherited } = shared;
  for (const { section, name, settings } of kernels) {
    if (settings === undefined) continue;
    const problem = settings.DeviceID === undefined ? deviceIdProblem(name) : undefined;
    if (problem !== undefined) reader.problem(section, 'DeviceID', TEXTS.nameOfSection(problem));
    // An unset key must not hide what `[client]` says.
    const device = { ...inherited, DeviceID: name, ...withoutUndefined(settings) };
    devices.push({ ...device, section, ledger: ledgerOptions(device) });
  }
  checkDistinct(reader, devices);
  checkPairs(reader, devices);
  noticeDoubts(reader, devices);
  return reader.finish({ ...shared, devices });
}

/** Two accounts under one name would push over each other, and one kernel under two names would count twice. */
function checkDistinct(reader: SettingsReader, devices: readonly DeviceConfig[]): void {
  for (const [index, device] of devices.entries()) {
    for (const key of ['DeviceID', 'MihomoAPIAddr'] as const) {
      const first = devices.slice(0, index).find((other) => other[key] === device[key]);
      if (first !== undefined) {
        reader.problem(device.section, key, TEXTS.sameAs(first.section));
      }
    }
  }
}

/** A client certificate is of no use without its key, nor the other way round. */
function checkPairs(reader: SettingsReader, devices: readonly DeviceConfig[]): void {
  for (const device of devices) {
    if (device.MihomoCert !== undefined && device.MihomoKey === undefined) {
      reader.problem(device.section, 'MihomoKey', CORE_TEXTS.missing);
    }
    if (device.MihomoKey !== undefined && device.MihomoCert === undefined) {
      reader.problem(device.section, 'MihomoCert', CORE_TEXTS.missing);
    }
  }
}

function noticeDoubts(reader: SettingsReader, devices: readonly DeviceConfig[]): void {
  for (const device of devices) {
    for (const key of ['MihomoCA', 'MihomoFingerprint', 'MihomoCert', 'MihomoKey'] as const) {
      if (device[key] !== undefined && !device.MihomoAPIAddr.startsWith('https://')) {
        reader.notice(device.section, key, TEXTS.noCertificate);
      }
    }
  }
  for (const section of reader.document.sections) {
    if (/^kernel/.test(section) && !KERNEL_SECTION.test(section)) {
      reader.notice(section, undefined, TEXTS.kernelSection);
    }
  }
  if (devices[0]?.section !== SECTION && reader.document.entries(SECTION).has('MihomoAPIAddr')) {
    reader.notice(SECTION, 'MihomoAPIAddr', TEXTS.notWatched);
  }
  if (devices.some(sendsTokenInTheClear)) {
    reader.notice(SECTION, 'RemoteServer', TEXTS.tokenInTheClear);
  }
}

function sendsTokenInTheClear({ RemoteServer, RemoteToken }: DeviceConfig): boolean {
  const { protocol, hostname } = new URL(RemoteServer);
  if (protocol === 'https:' || RemoteToken === '' || isPrivate(hostname)) return false;
  // A name without a dot is one of the local network, such as a container.
  return hostname.includes('.') || hostname.includes(':');
}

/** The dimensions that tell what people do. */
const PRIVATE: readonly Dimension[] = ['host', 'process', 'source', 'inbound_user'];

/** What the settings say of the ledger. */
function ledgerOptions({
  LocalNodes,
  FamilyCap,
  Families,
  Privacy,
}: Pick<Client, 'LocalNodes' | 'FamilyCap' | 'Families' | 'Privacy'>): DeviceConfig['ledger'] {
  return {
    localNodes: LocalNodes,
    familyCap: FamilyCap,
    families: Privacy ? Families.filter((dimension) => !PRIVATE.includes(dimension)) : Families,
  };
}
