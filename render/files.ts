import { LANGUAGES } from '../core/language.ts';
import { buildDashboards } from '../grafana/dashboards.ts';
import { alertmanagerConfig } from '../prometheus/alertmanager.ts';
import { ruleSettings } from '../prometheus/rule-settings.ts';
import { ruleFiles, type TextFile, yamlFile } from '../prometheus/rules.ts';
import { prometheusConfig } from '../prometheus/scrape.ts';
import { templateFile } from '../prometheus/templates.ts';
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
  const { server, smtp, telegram, alerts, users, targets } = settings;
  const password = smtp.EmailPass;
  const mail = {
    smtp,
    passwordFile: password === undefined ? undefined : `${folder}/${PASSWORD}`,
    // A mail server on this very machine may do without.
    tls: smtp.SMTPHost !== '127.0.0.1' && smtp.SMTPHost !== 'localhost',
  };
  const alertmanager = alertmanagerConfig({ mail, alerts, users, telegram, templates: 'templates/*.tmpl' });
  const open = [
    yamlFile('prometheus.yml', prometheusConfig(targets, 'rules/*.yml', 15)),
    ...ruleFiles(ruleSettings(server, alerts)),
    templateFile(server.Language),
  ];
  return [
    ...open.map((file) => ({ ...file, secret: false })),
    { ...yamlFile('alertmanager.yml', alertmanager), secret: alerts.TelegramToken !== undefined },
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
        runsOutDays: alerts.RunsOutDays,
        expiryDays: alerts.ExpiryDays,
        silentAfterSeconds: alerts.SilentAfter / 1000,
      },
      ...budget,
    }).map(({ name, content }) => ({ name: `dashboards/${language}/${name}`, content, secret: false })),
  );
}
