import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { validate } from 'node-cron';
import type { z } from 'zod';
import { isLoopback, parseListenPort, readTrustedProxies } from '../core/addresses.ts';
import { deviceIdProblem } from '../core/device-id.ts';
import type { Language } from '../core/language.ts';
import type { DayRule } from '../core/local-day.ts';
import {
  readAddresses,
  readServerSection,
  readSmtpSection,
  telegramSchema,
  userSchema,
} from '../core/server-settings.ts';
import { SettingsError, type SettingsRead, SettingsReader } from '../core/settings.ts';
import { readShortTokens, type ShortToken } from '../core/short-tokens.ts';
import { TEXTS as CORE_TEXTS } from '../core/texts.ts';
import { INSTALLATION, serviceOf } from '../runtime/installed.ts';
import type { LogLevel } from '../runtime/logger.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { type AirportSection, parseSubUrls, readAirportSections, type Subscription } from './airport/settings.ts';
import { SETTINGS_TEXTS as TEXTS } from './messages/texts.ts';
import type { Thresholds } from './verdict/verdict.ts';

/** The user that `ServerToken` stands for. */
const OWNER = 'default';

/** How reports are mailed; the password is a secret. */
export interface MailConfig {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  /** The account, which is the sender too, as QQ Mail demands. */
  readonly user: string;
  /** Empty when the server wants no sign-in. */
  readonly password: string;
  /** Whom the owner's reports go to; may be empty when only other users get theirs. */
  readonly to: readonly string[];
}

/** As nodemailer takes it. */
interface MailSecurity {
  readonly secure: boolean;
  readonly requireTLS: boolean;
  readonly ignoreTLS: boolean;
}

/** Ports on which TLS begins with the first byte: RFC 8314's, and the second one of NetEase (163.com, 126.com). */
const TLS_PORTS: ReadonlySet<number> = new Set([465, 994]);

/** How a connection is secured: TLS from the first byte on {@link TLS_PORTS}, else STARTTLS, which only loopback may lack. */
export function securityOf(host: string, port: number): MailSecurity {
  const secure = TLS_PORTS.has(port);
  const loopback = isLoopback(host);
  return { secure, requireTLS: !secure && !loopback, ignoreTLS: loopback };
}

/** How the bot reaches Telegram; the token is a secret. */
export interface TelegramConfig {
  readonly token: string;
  readonly apiRoot: string;
  /** An HTTP proxy. */
  readonly proxy: string | undefined;
}

/** Where people find more than a report holds, as set. */
export interface ReportLinks {
  readonly archive?: string | undefined;
  readonly dashboards?: string | undefined;
}

export interface AuditorConfig {
  /** The user that `ServerToken` stands for, whose subscriptions `SubUrls` are. */
  readonly user: string;
  /** Everyone who may have devices or airports here. */
  readonly users?: readonly string[];
  /** Who gets a report of their own. */
  readonly reportUsers?: readonly ReportUser[];
  readonly subscriptions: readonly Subscription[];
  /** Addresses, asked one after the other until one has a whole answer. */
  readonly prometheus: readonly string[];
  /** Whose `X-Forwarded-For` counts. */
  readonly isProxy: (peer: string) => boolean;
  readonly listen: { readonly host: string; readonly port: number };
  readonly dataFolder: string;
  readonly day: DayRule;
  readonly reportCron: string;
  readonly language: Language;
  readonly logLevel: LogLevel;
  readonly thresholds: Thresholds;
  /** Bytes of proxy traffic a day; undefined without a budget. */
  readonly dailyBudget?: number | undefined;
  /** A secret; undefined keeps the archive closed. */
  readonly archiveToken?: string | undefined;
  readonly links: ReportLinks;
  readonly short: readonly ShortToken[];
  /** A secret. */
  readonly heartbeatUrl?: string | undefined;
  /** Undefined without a bot. */
  readonly telegram?: TelegramConfig | undefined;
  /** Undefined when no mail is wanted: EmailUser is not set, or nobody's address. */
  readonly mail: MailConfig | undefined;
}

/**
 * `[server]` and `[smtp]` as the auditor needs them.
 *
 * @param file named in errors
 * @param folder the settings file's, which a relative `DataDir` starts from
 * @throws SettingsError with everything that is wrong
 */
export function readAuditorConfig(file: string, text: string, folder: string): SettingsRead<AuditorConfig> {
  const reader = new SettingsReader(file, text);
  const server = readServerSection(reader);
  const smtp = readSmtpSection(reader);
  const telegram = reader.section('telegram', telegramSchema);
  if (server === undefined || smtp === undefined || telegram === undefined)
    return reader.finish<AuditorConfig>(undefined);

  const subUrls = parseSubUrls(server.SubUrls);
  if (!subUrls.ok) reader.problem('server', 'SubUrls', subUrls.problem);
  else if (
    subUrls.subscriptions.length === 0 &&
    !reader.document.sections.some((each) => each.startsWith('airport.'))
  ) {
    reader.notice('server', 'SubUrls', TEXTS.noSubUrls);
  }
  const sections = readAirportSections(reader);
  const subscriptions = subUrls.ok ? joined(reader, subUrls.subscriptions, sections, folder) : [];
  const listen = parseListenPort(server.AuditorListen, '127.0.0.1');
  if (listen === undefined) reader.problem('server', 'AuditorListen', CORE_TEXTS.address('127.0.0.1:9102'));
  if (!validate(server.ReportCron)) reader.problem('server', 'ReportCron', TEXTS.cron);

  const reportUsers = readReportUsers(reader, OWNER);
  const { SMTPHost: host, SMTPPort: port, EmailUser: user, EmailTo } = smtp;
  readAddresses(reader, 'smtp', 'EmailUser', user);
  const to = readAddresses(reader, 'smtp', 'EmailTo', EmailTo);
  const mailed = user !== undefined && (to.length > 0 || reportUsers.length > 0);
  if (!mailed && reader.document.sections.includes('smtp')) {
    reader.notice('smtp', undefined, TEXTS.noMail);
  }
  const tokens = [server.ArchiveToken, ...reportUsers.map((each) => each.archiveToken)];
  for (const { user: name, archiveToken } of reportUsers) {
    if (archiveToken !== undefined && tokens.filter((token) => token === archiveToken).length > 1)
      reader.problem(`user.${name}`, 'ArchiveToken', TEXTS.sameArchiveToken);
  }

  return reader.finish<AuditorConfig>({
    user: OWNER,
    reportUsers,
    users: usersOf(reader, subscriptions),
    subscriptions,
    prometheus: [server.PrometheusAddr, ...server.PrometheusFallbacks],
    isProxy: readTrustedProxies(server, reader),
    listen: listen ?? { host: '', port: 0 },
    dataFolder: resolve(folder, server.DataDir, 'auditor'),
    day: { zone: server.Timezone, dayEnds: server.DayEnds },
    reportCron: server.ReportCron,
    language: server.Language,
    logLevel: server.LogLevel,
    dailyBudget: server.DailyBudget,
    archiveToken: server.ArchiveToken,
    links: { archive: server.ArchiveUrl, dashboards: server.GrafanaUrl },
    short: readShortTokens(reader, ['ArchiveToken']),
    heartbeatUrl: server.HeartbeatUrl,
    telegram: telegramOf(telegram),
    thresholds: { bytes: server.LeakMinBytes, ratio: server.LeakRatio },
    mail: mailed
      ? { host, port, security: securityOf(host, port), user, password: smtp.EmailPass ?? '', to }
      : undefined,
  });
}

/**
 * The settings of a file, as commands read them, with the data where the auditor has it that goes by them.
 *
 * @throws SettingsError, also where that auditor has its data elsewhere than a command would look for it
 */
export async function openAuditorConfig(path: string, installation = INSTALLATION): Promise<AuditorConfig> {
  const text = await readSettingsText(path);
  const from = (folder: string): AuditorConfig => readAuditorConfig(basename(path), text, folder).settings;
  const beside = from(dirname(resolve(path)));
  const isAbsolute = from(installation.data).dataFolder === beside.dataFolder;
  if (!isAbsolute) {
    const service = await serviceOf('auditor', path, installation);
    return service === undefined ? beside : from(service.folder);
  }
  const dataDir = dirname(beside.dataFolder);
  if (!existsSync(dataDir)) {
    throw new SettingsError(path, [{ section: 'server', key: 'DataDir', problem: TEXTS.dataElsewhere(dataDir) }]);
  }
  return beside;
}

/** The settings of a file, where its data does not matter. @throws SettingsError */
export const readAuditorFile: OpenConfig = async (path) =>
  readAuditorConfig(basename(path), await readSettingsText(path), dirname(resolve(path))).settings;

export type OpenConfig = typeof openAuditorConfig;

/** What every command of the auditor is given. */
export type ConfigOption = { readonly config: string };

/** `SubUrls` first, each with its `[airport.NAME]`; then airports that have their address in their section alone. */
function joined(
  reader: SettingsReader,
  listed: readonly Subscription[],
  sections: readonly AirportSection[],
  folder: string,
): Subscription[] {
  const own = sections.flatMap(({ name, url, urlFile, rules }): Subscription[] => {
    const inList = listed.some((each) => each.name === name);
    const addressed = url !== undefined || urlFile !== undefined;
    if (inList && addressed) reader.problem(`airport.${name}`, 'Url', TEXTS.inSubUrls);
    if (!inList && !addressed) reader.problem(`airport.${name}`, 'Url', TEXTS.noUrl);
    if (inList) return [];
    return [{ name, url: url ?? '', rules, ...(urlFile === undefined ? {} : { urlFile: resolve(folder, urlFile) }) }];
  });
  const withRules = listed.map((each) => {
    const rules = sections.find(({ name }) => name === each.name)?.rules;
    return rules === undefined ? each : { ...each, rules };
  });
  return [...withRules, ...own];
}

function telegramOf({ BotToken, ApiRoot, Proxy: proxy }: z.infer<typeof telegramSchema>): TelegramConfig | undefined {
  return BotToken === undefined ? undefined : { token: BotToken, apiRoot: ApiRoot.replace(/\/+$/, ''), proxy };
}

/** The user of `ServerToken`, `[user.NAME]` sections, and owners of airports. */
function usersOf({ document }: SettingsReader, subscriptions: readonly Subscription[]): string[] {
  const named = document.sections.filter((each) => each.startsWith('user.')).map((each) => each.slice('user.'.length));
  return [...new Set([OWNER, ...named, ...subscriptions.flatMap(({ rules }) => rules?.user ?? [])])];
}

const PREFIX = 'user.';

/** A user whose report goes to them alone; nobody else's report holds anything of theirs. */
export interface ReportUser {
  readonly user: string;
  readonly mailTo: readonly string[];
  /** Opens their own reports in the archive. A secret. */
  readonly archiveToken?: string;
}

/**
 * Every `[user.NAME]` with a `MailTo`; what is wrong goes to the reader. The owner's address is `EmailTo` of `[smtp]`.
 *
 * @param owner the user whose report the settings are about
 */
function readReportUsers(reader: SettingsReader, owner: string): ReportUser[] {
  return reader.document.sections.flatMap((section): ReportUser[] => {
    if (!section.startsWith(PREFIX)) return [];
    const user = section.slice(PREFIX.length);
    const problem = deviceIdProblem(user);
    if (problem !== undefined) reader.problem(section, undefined, TEXTS.badUserName(problem));
    const { MailTo, ArchiveToken: archiveToken } = reader.section(section, userSchema) ?? {};
    const own = [MailTo, archiveToken].some((setting) => setting !== undefined);
    if (user === owner && own) reader.problem(section, undefined, TEXTS.isOwner);
    if (archiveToken !== undefined && MailTo === undefined) reader.problem(section, 'ArchiveToken', TEXTS.needsMailTo);
    if (MailTo === undefined) return [];
    const mailTo = readAddresses(reader, section, 'MailTo', MailTo);
    return [{ user, mailTo, ...(archiveToken === undefined ? {} : { archiveToken }) }];
  });
}
