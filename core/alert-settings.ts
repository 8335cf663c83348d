import * as z from 'zod';
import { readAddresses } from './mail-addresses.ts';
import { durationSetting, issue, numberSetting, type SettingsReader } from './settings.ts';
import { TEXTS } from './texts.ts';

const share = (fallback: number) => numberSetting(0.01, 1).default(fallback);
const days = (fallback: number) => numberSetting(0, 366).default(fallback);

/** `[alerts]`: when Prometheus warns, and where Alertmanager says so beside the mail of `[smtp]`. */
export const alertsSchema = z.object({
  /** Share of the quota that is used. */
  QuotaWarning: share(0.8),
  QuotaCritical: share(0.95),
  /** Days of quota left, for an airport that does not tell when it resets. */
  RunsOutDays: days(3),
  ExpiryDays: days(7),
  /** Milliseconds without a push. */
  SilentAfter: durationSetting(60_000, 7 * 86_400_000).default(15 * 60_000),
  /** Of a Telegram bot, and the chat that it writes to. */
  TelegramToken: z.string().optional(),
  TelegramChat: chatSetting().optional(),
});
export type AlertsSection = z.infer<typeof alertsSchema>;

/** `[alerts.NAME]`: where the alerts of one user go. */
export const userAlertsSchema = z.object({
  EmailTo: z.string().optional(),
  TelegramChat: chatSetting().optional(),
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
  return z
    .string()
    .regex(/^-?\d{1,15}$/, issue(TEXTS.chat))
    .transform(Number);
}
