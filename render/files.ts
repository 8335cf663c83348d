import { LANGUAGES } from '../core/language.ts';
import { buildDashboards } from '../grafana/dashboards.ts';
import { configurationFiles, type TextFile } from '../prometheus/rules.ts';
import type { RenderSettings } from './settings.ts';

export interface RenderedFile extends TextFile {
  /** Whether only its owner may read it. */
  readonly secret: boolean;
}

const PASSWORD = 'smtp_password';

/**
 * What Prometheus and Alertmanager are started with, without dashboards.
 *
 * @param folder absolute, where the files will be
 */
export function serverFiles(settings: RenderSettings, folder: string): RenderedFile[] {
  const { smtp, alerts, targets } = settings;
  const password = smtp.EmailPass;
  const mail = {
    smtp,
    passwordFile: password === undefined ? undefined : `${folder}/${PASSWORD}`,
    // A mail server on this very machine may do without.
    tls: smtp.SMTPHost !== '127.0.0.1' && smtp.SMTPHost !== 'localhost',
  };
  return [
    ...configurationFiles(settings, targets, mail, 15).map((file) => ({
      ...file,
      // Alertmanager's holds the token of the bot.
      secret: file.name === 'alertmanager.yml' && alerts.TelegramToken !== undefined,
    })),
    ...(password === undefined ? [] : [{ name: PASSWORD, content: password, secret: true }]),
  ];
}

/** The dashboards of both languages, with the day and the budget of the settings. */
export function dashboardFiles({ server, alerts }: RenderSettings): RenderedFile[] {
  const budget = server.DailyBudget === undefined ? {} : { dailyBudgetBytes: server.DailyBudget };
  return LANGUAGES.flatMap((language) =>
    buildDashboards({
      language,
      zone: server.Timezone,
      dayEnds: server.DayEnds,
      limits: {
        leakMinBytes: server.LeakMinBytes,
        leakRatio: server.LeakRatio,
        quotaWarning: alerts.QuotaWarning,
        quotaCritical: alerts.QuotaCritical,
        expiryDays: alerts.ExpiryDays,
        silentAfterSeconds: alerts.SilentAfter / 1000,
      },
      ...budget,
    }).map(({ name, content }) => ({ name: `dashboards/${language}/${name}`, content, secret: false })),
  );
}
