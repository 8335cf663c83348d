import { nearest } from './nearest.ts';

/** The sections of settings, or what is before the dot of `[user.alice]`. */
const SECTIONS = ['client', 'kernel', 'server', 'smtp', 'user', 'device', 'airport', 'alerts', 'telegram', 'stack'];

/** Keys whose values are lists, which go on over lines. */
const LIST_KEYS =
  'EmailTo Families Headers LocalNodes MailTo MetricsHosts Multipliers PrometheusFallbacks Providers SubUrls TrustedProxies';

/** All other keys, which end a list before them, even one that ends in a comma. */
const OTHER_KEYS =
  'AdminToken AlertmanagerPort ApiRoot ArchiveToken ArchiveUrl AuditorListen BotToken DBPath DailyBudget DataDir DayEnds ' +
  'Demo DemoReportAfter DeviceID EmailPass EmailUser ExpiryDays FamilyCap GatewayMetricsListen GrafanaPort GrafanaUrl HeartbeatUrl ' +
  'LabelProxyAddr Language LeakMinBytes LeakRatio ListenPort LocalLogFile LogLevel MetricsListen MihomoAPIAddr ' +
  'MihomoCA MihomoCert MihomoFingerprint MihomoKey MihomoSecret Nodes Note Origin PollInterval Privacy PrometheusAddr Proxy PushInterval ' +
  'PushgatewayAddr Quota QuotaCritical QuotaWarning ReaderToken ReadersListen RemoteServer RemoteToken RemoteWriteAddr ReportCron ' +
  'Reset ResetDay RunsOutDays SMTPHost SMTPPort Secret ServerToken SilentAfter StateAppend StateDir StateSync TelegramChat ' +
  'TelegramToken Timezone TlsCert TlsKey Token Url UrlFile User UserAgent VictoriaMetricsAddr';

/** Lists of `name = value`, in which an unknown key may be an item. */
const NAMED_LIST_KEYS = 'Headers Multipliers SubUrls';

const wordsOf = (text: string): string[] => text.toLowerCase().split(' ');
const LISTS = new Set(wordsOf(LIST_KEYS));
const NAMED_LISTS = new Set(wordsOf(NAMED_LIST_KEYS));
const KNOWN = new Set([...LISTS, ...wordsOf(OTHER_KEYS)]);

export const isListKey = (key: string): boolean => LISTS.has(key.toLowerCase());
export const isNamedListKey = (key: string): boolean => NAMED_LISTS.has(key.toLowerCase());
export const isKnownKey = (key: string): boolean => KNOWN.has(key.toLowerCase());

const headOf = (section: string): string => /^[^.]*/.exec(section)?.[0] ?? '';

/** A section in its one spelling, `Kernel.NAS` as `kernel.NAS`; one that is not known stays as it is. */
export function sectionName(written: string): string {
  const head = headOf(written);
  return SECTIONS.includes(head.toLowerCase()) ? head.toLowerCase() + written.slice(head.length) : written;
}

/** The known section that is written most like an unknown one. */
export function nearestSection(section: string): string | undefined {
  const head = headOf(section);
  return SECTIONS.includes(head) ? undefined : nearest(head, SECTIONS);
}
