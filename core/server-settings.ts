import * as z from 'zod/mini';
import { providerOfAddress, providerOfHost } from './mail-providers.ts';
import {
  durationSetting,
  headerSetting,
  httpUrlSetting,
  issue,
  languageSetting,
  listSetting,
  logLevelSetting,
  numberSetting,
  pathSetting,
  type SettingsReader,
  serviceUrlSetting,
  sizeSetting,
  timeOfDaySetting,
  timeZoneSetting,
} from './settings.ts';
import { TEXTS } from './texts.ts';

const MIB = 2 ** 20;

/** The `ServerToken` of setting.ini.example, which everybody knows: it opens nothing. */
export const EXAMPLE_TOKEN = 'change-me';
/** All that stands for a secret there. */
const EXAMPLES = [EXAMPLE_TOKEN, 'at-least-16-characters', 'at-least-8-characters'];
/** What can be guessed sooner is a token of its writer's own choice from before this rule. */
export const TOKEN_LENGTH = 16;

export const isExample = (secret: string): boolean => EXAMPLES.includes(secret);
export const isShortToken = (token: string): boolean => [...token].length < TOKEN_LENGTH;

/** A token's hash in the place of the token. */
export const TOKEN_HASH = /^sha256:([0-9a-f]{64})$/i;
/** A text that only looks like a token's hash would match no token. */
const hashIsWhole = z.refine<string>(
  (token) => !/^sha256:/i.test(token) || TOKEN_HASH.test(token),
  issue(TEXTS.noHash),
);

const tokenOrHash = (): z.ZodMiniString => z.string().check(hashIsWhole);

const secretOf = (least: number): z.ZodMiniString =>
  z.string().check(
    z.minLength(least, issue(TEXTS.atLeast(least))),
    z.refine((token) => !isExample(token), issue(TEXTS.exampleSecret)),
  );
/** One of eight characters was enough before {@link TOKEN_LENGTH} held, and goes on. */
const archivePassword = () => secretOf(8);

/**
 * The keys of `[server]`, which the gateway and the auditor share: one schema, so that neither takes the other's key
 * for an unknown one. Listening addresses and `SubUrls` stay text here; the service that uses them reads them.
 */
export const serverSchema = z.object({
  /** Where the gateway listens for devices: `:8686`, `8686` or `127.0.0.1:8686`. */
  ListenPort: z._default(z.string(), ':8686'),
  /** The one token that every device of user `default` may push with, or its hash. */
  ServerToken: z.optional(headerSetting().check(hashIsWhole)),
  /** Subscriptions by file name, as text of one or more lines. */
  SubUrls: z._default(z.string(), ''),
  /** Of the earlier FlowCollect; Prometheus stores now. */
  DBPath: z.optional(z.string()),
  PushgatewayAddr: z._default(serviceUrlSetting(), 'http://127.0.0.1:9091'),
  /** Takes the pushes in place of Pushgateway; `PrometheusAddr` is then its address too. */
  VictoriaMetricsAddr: z.optional(serviceUrlSetting()),
  PrometheusAddr: z._default(serviceUrlSetting(), 'http://127.0.0.1:9090'),
  /** What the auditor asks, one after the other, where `PrometheusAddr` has no whole answer. */
  PrometheusFallbacks: z.prefault(z.pipe(listSetting(), z.array(serviceUrlSetting())), ''),
  /** Where Prometheus copies every sample by `remote_write`, such as `http://thanos-router:19291/api/v1/receive`. */
  RemoteWriteAddr: z.optional(serviceUrlSetting()),
  /** Where the auditor's own metrics are served. */
  AuditorListen: z._default(z.string(), '127.0.0.1:9102'),
  /** Where the gateway's own metrics are served; never the address that devices reach. */
  GatewayMetricsListen: z._default(z.string(), '127.0.0.1:9103'),
  /** Where Grafana asks on behalf of users; open only with `LabelProxyAddr`. */
  ReadersListen: z._default(z.string(), '127.0.0.1:9104'),
  /** prom-label-proxy, which keeps users apart. */
  LabelProxyAddr: z.optional(serviceUrlSetting()),
  /** Whose `X-Forwarded-For` counts: addresses or networks, such as `172.31.86.0/24`. */
  TrustedProxies: z.prefault(listSetting(), '127.0.0.0/8, ::1'),
  DataDir: z._default(pathSetting(), './data'),
  Timezone: z._default(timeZoneSetting(), 'Asia/Shanghai'),
  DayEnds: z._default(timeOfDaySetting(), '23:55'),
  /** Five fields of cron, in `Timezone`. */
  ReportCron: z._default(z.string(), '55 23 * * *'),
  Language: z._default(languageSetting(), 'zh'),
  LogLevel: z._default(logLevelSetting(), 'info'),
  /** Bytes a day that are announced when passed; none by default. */
  DailyBudget: z.optional(sizeSetting()),
  /** A leak is an excess above both of these. */
  LeakMinBytes: z._default(sizeSetting(), 100 * MIB),
  /** Share of what the devices should have been billed. */
  LeakRatio: z._default(numberSetting(0, 10), 0.2),
  /** PEM files with which the gateway serves TLS, relative to the settings file; both or none. */
  TlsCert: z.optional(z.string()),
  TlsKey: z.optional(z.string()),
  /** Rebases and retires devices, from the gateway's own machine: the token or its hash. A secret. */
  AdminToken: z.optional(secretOf(TOKEN_LENGTH).check(hashIsWhole)),
  /** Opens the archive of reports at the auditor's `/reports`; closed without it. A secret. */
  ArchiveToken: z.optional(archivePassword()),
  /** Where people open the archive and Grafana: links below every report. */
  ArchiveUrl: z.optional(serviceUrlSetting()),
  GrafanaUrl: z.optional(serviceUrlSetting()),
  /** Called after each good audit, so that an outside watcher notices a dead VPS. A secret. */
  HeartbeatUrl: z.optional(httpUrlSetting()),
});
export type ServerSection = z.infer<typeof serverSchema>;

/** The keys of `[smtp]`; without EmailUser and EmailTo there is no mail. */
export const smtpSchema = z.object({
  /** By default that of EmailUser's provider. */
  SMTPHost: z.optional(z.string()),
  /** 465 and 994 mean TLS from the first byte, others STARTTLS; by default what the provider has. */
  SMTPPort: z.optional(numberSetting(1, 65_535)),
  EmailUser: z.optional(z.string()),
  EmailPass: z.optional(z.string()),
  /** One or more addresses, separated by commas. */
  EmailTo: z.optional(z.string()),
});

export interface SmtpSection extends Omit<z.infer<typeof smtpSchema>, 'SMTPHost' | 'SMTPPort'> {
  readonly SMTPHost: string;
  readonly SMTPPort: number;
}

/**
 * `[smtp]` through its schema, with server and port of a known provider where they are not set; without one they are
 * those of QQ Mail. What cannot work becomes a notice.
 *
 * @returns undefined when it has problems, which the reader's `finish` throws
 */
export function readSmtpSection(reader: SettingsReader): SmtpSection | undefined {
  const smtp = reader.section('smtp', smtpSchema);
  if (smtp === undefined) return undefined;
  const own = providerOfAddress(smtp.EmailUser ?? '');
  const host = smtp.SMTPHost ?? own?.host ?? 'smtp.qq.com';
  const provider = providerOfHost(host);
  if (provider !== undefined && own !== undefined && provider !== own) {
    reader.notice('smtp', 'SMTPHost', TEXTS.otherMailServer(provider.name, own.host));
  } else if (smtp.EmailUser !== undefined && provider !== undefined && provider.password === undefined) {
    reader.notice('smtp', 'EmailUser', TEXTS.noMailPassword(provider.name));
  }
  return { ...smtp, SMTPHost: host, SMTPPort: smtp.SMTPPort ?? provider?.port ?? 587 };
}

/** The keys of `[user.NAME]`; gateway and auditor share them. */
export const userSchema = z.object({
  /** What the user's devices push with, or its hash; without one, or with one that was revoked, nobody pushes by it. */
  Token: z.optional(tokenOrHash()),
  Note: z.optional(z.string()),
  /** With which Grafana reads what is the user's; the token or its hash. */
  ReaderToken: z.optional(tokenOrHash()),
  /** One or more addresses, separated by commas: the user has a report of their own. */
  MailTo: z.optional(z.string()),
  /** Opens the user's own reports in the archive. A secret. */
  ArchiveToken: z.optional(archivePassword()),
});

/** The keys of `[telegram]`; without BotToken there is no bot. */
export const telegramSchema = z.object({
  /** As BotFather gave it. A secret. */
  BotToken: z.optional(z.string().check(z.regex(/^\d+:[\w-]+$/, issue(TEXTS.botToken)))),
  ApiRoot: z._default(httpUrlSetting(), 'https://api.telegram.org'),
  /** An HTTP proxy, where Telegram cannot be reached directly. */
  Proxy: z.optional(httpUrlSetting()),
});

export type TelegramSection = z.infer<typeof telegramSchema>;

/**
 * `[server]` through its schema. What is known but has no effect any more becomes a notice.
 *
 * @returns undefined when it has problems, which the reader's `finish` throws
 */
export function readServerSection(reader: SettingsReader): ServerSection | undefined {
  const server = reader.section('server', serverSchema);
  if (server?.DBPath !== undefined) {
    reader.notice('server', 'DBPath', TEXTS.oldDatabase);
  }
  return server;
}

const share = (fallback: number) => z._default(numberSetting(0.01, 1), fallback);
const days = (fallback: number) => z._default(numberSetting(0, 366), fallback);

/** `[alerts]`: when Prometheus warns, and where Alertmanager says so besides the mail of `[smtp]`. */
export const alertsSchema = z.object({
  /** Share of the quota that is used. */
  QuotaWarning: share(0.8),
  QuotaCritical: share(0.95),
  /** Days of quota left, for an airport that does not tell when it resets. */
  RunsOutDays: days(3),
  ExpiryDays: days(7),
  /** Milliseconds without a push. */
  SilentAfter: z._default(durationSetting(60_000, 7 * 86_400_000), 15 * 60_000),
  /** Of a Telegram bot, and the chat that it writes to. */
  TelegramToken: z.optional(z.string()),
  TelegramChat: z.optional(chatSetting()),
});
export type AlertsSection = z.infer<typeof alertsSchema>;

/** `[alerts.NAME]`: where the alerts of one user go. */
const userAlertsSchema = z.object({
  EmailTo: z.optional(z.string()),
  TelegramChat: z.optional(chatSetting()),
});
export type UserAlerts = z.infer<typeof userAlertsSchema> & { readonly user: string };

const USER_SECTION = /^alerts\.(.+)$/;

/**
 * `[alerts]` and every `[alerts.NAME]` through their schemas.
 *
 * @returns undefined when one has problems, which the reader's `finish` throws
 */
export function readAlertSections(
  reader: SettingsReader,
): { readonly alerts: AlertsSection; readonly users: readonly UserAlerts[] } | undefined {
  const alerts = reader.section('alerts', alertsSchema);
  const users: UserAlerts[] = [];
  for (const section of reader.document.sections) {
    const user = USER_SECTION.exec(section)?.[1];
    const read = user === undefined ? undefined : reader.section(section, userAlertsSchema);
    if (user === undefined || read === undefined) continue;
    users.push({ user, ...read });
    readAddresses(reader, section, 'EmailTo', read.EmailTo);
    if (read.EmailTo === undefined && read.TelegramChat === undefined) {
      reader.notice(section, undefined, TEXTS.alertsNowhere);
    }
  }
  if (alerts === undefined) return undefined;
  if (alerts.QuotaCritical < alerts.QuotaWarning) {
    reader.problem('alerts', 'QuotaCritical', TEXTS.criticalBelowWarning);
  }
  if (alerts.TelegramChat !== undefined && alerts.TelegramToken === undefined) {
    reader.problem('alerts', 'TelegramChat', TEXTS.needsTelegramToken);
  }
  for (const { user, TelegramChat } of users) {
    if (TelegramChat !== undefined && alerts.TelegramToken === undefined) {
      reader.problem(`alerts.${user}`, 'TelegramChat', TEXTS.needsTelegramToken);
    }
  }
  return { alerts, users };
}

/** The number of a chat; that of a group is negative. */
function chatSetting() {
  return z.pipe(z.string().check(z.regex(/^-?\d{1,15}$/, issue(TEXTS.chat))), z.transform(Number));
}

/** The addresses of a setting, which are separated by commas or semicolons, full-width ones too, or blanks. */
export function splitAddresses(text: string): string[] {
  return text.split(/[,;，；、\s]+/).filter((address) => address !== '');
}

export const isMailAddress = (text: string): boolean => /^[^@\s]+@[^@\s]+$/.test(text);

/** One or more addresses; what is none goes to the reader. */
export function readAddresses(reader: SettingsReader, section: string, key: string, text = ''): string[] {
  const addresses = splitAddresses(text);
  if (!addresses.every(isMailAddress)) reader.problem(section, key, TEXTS.mailAddress);
  return addresses;
}
