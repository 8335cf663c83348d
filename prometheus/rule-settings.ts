import type { AlertsSection, ServerSection } from '../core/server-settings.ts';

/** What the rules take from the settings file: one place for verdict, rules and dashboards. */
export interface RuleSettings {
  readonly leakMinBytes: number;
  readonly leakRatio: number;
  /** Bytes a day through proxies; without it there is no alert of it. */
  readonly dailyBudgetBytes?: number;
  /** Shares of the quota. */
  readonly quotaWarning: number;
  readonly quotaCritical: number;
  readonly runsOutDays: number;
  readonly expiryDays: number;
  readonly silentAfterSeconds: number;
  readonly seriesPerDevice: number;
  /** Between two reports at most. */
  readonly reportEverySeconds: number;
}

const DAY = 86_400;

/** A device with six dimensions at their default cap pushes some hundreds. */
const SERIES_PER_DEVICE = 5000;

export function ruleSettings(server: ServerSection, alerts: AlertsSection): RuleSettings {
  return {
    leakMinBytes: server.LeakMinBytes,
    leakRatio: server.LeakRatio,
    ...(server.DailyBudget === undefined ? {} : { dailyBudgetBytes: server.DailyBudget }),
    quotaWarning: alerts.QuotaWarning,
    quotaCritical: alerts.QuotaCritical,
    runsOutDays: alerts.RunsOutDays,
    expiryDays: alerts.ExpiryDays,
    silentAfterSeconds: alerts.SilentAfter / 1000,
    seriesPerDevice: SERIES_PER_DEVICE,
    reportEverySeconds: reportEvery(server.ReportCron),
  };
}

/** The longest time between two reports, by which fields of `ReportCron` (the last three of five) narrow the days. */
export function reportEvery(cron: string): number {
  const [, , dayOfMonth = '*', month = '*', dayOfWeek = '*'] = cron.trim().split(/\s+/);
  if (month !== '*') return 366 * DAY;
  if (dayOfMonth !== '*') return 31 * DAY;
  return dayOfWeek === '*' ? DAY : 7 * DAY;
}
