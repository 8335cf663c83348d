import { stringify } from 'yaml';
import type { AlertsSection, ServerSection, TelegramSection, UserAlerts } from '../core/server-settings.ts';
import { alertRule } from './alert.ts';
import { type AlertMail, alertmanagerConfig } from './alertmanager.ts';
import { airportAlerts } from './alerts/airports.ts';
import { deviceAlerts } from './alerts/devices.ts';
import { serviceAlerts } from './alerts/services.ts';
import { recordingGroups } from './recording.ts';
import { type RuleSettings, ruleSettings } from './rule-settings.ts';
import { prometheusConfig, type ScrapeTargets } from './scrape.ts';
import { templateFile } from './templates.ts';

export interface TextFile {
  /** Relative, such as `rules/alerts.yml`. */
  readonly name: string;
  readonly content: string;
}

/** How every file of ours begins that is YAML. */
export const HEADER = '# Made from code: `flowcollect config render` writes it with your thresholds.\n';

export const yamlFile = (name: string, content: unknown): TextFile => ({
  name,
  content: `${HEADER}${stringify(content, { lineWidth: 0 })}`,
});

/** The alerts in groups by what they watch. */
export function alertGroups(settings: RuleSettings) {
  return [
    { name: 'flowcollect-airports', rules: airportAlerts(settings).map(alertRule) },
    { name: 'flowcollect-devices', rules: deviceAlerts(settings).map(alertRule) },
    { name: 'flowcollect-services', rules: serviceAlerts(settings).map(alertRule) },
  ];
}

/** Every file of rules for Prometheus. */
function ruleFiles(settings: RuleSettings): TextFile[] {
  return [
    yamlFile('rules/alerts.yml', { groups: alertGroups(settings) }),
    yamlFile('rules/recording.yml', { groups: recordingGroups() }),
  ];
}

/** What the server's settings say of scraping and alerting. */
interface ServerAlerting {
  readonly server: ServerSection;
  readonly alerts: AlertsSection;
  readonly users: readonly UserAlerts[];
  readonly telegram: TelegramSection;
}

/** Every file that Prometheus and Alertmanager are started with; paths within them are relative to their folder. */
export function configurationFiles(
  { server, alerts, users, telegram }: ServerAlerting,
  targets: ScrapeTargets,
  mail: AlertMail,
  scrapeSeconds: number,
): TextFile[] {
  return [
    yamlFile('prometheus.yml', prometheusConfig(targets, 'rules/*.yml', scrapeSeconds, server.RemoteWriteAddr)),
    ...ruleFiles(ruleSettings(server, alerts)),
    templateFile(server.Language),
    yamlFile('alertmanager.yml', alertmanagerConfig({ mail, alerts, users, telegram, templates: 'templates/*.tmpl' })),
  ];
}
