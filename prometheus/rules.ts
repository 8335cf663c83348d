import { stringify } from 'yaml';
import { alertRule } from './alert.ts';
import { airportAlerts } from './alerts/airports.ts';
import { deviceAlerts } from './alerts/devices.ts';
import { serviceAlerts } from './alerts/services.ts';
import { recordingGroups } from './recording.ts';
import type { RuleSettings } from './rule-settings.ts';

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
export function ruleFiles(settings: RuleSettings): TextFile[] {
  return [
    yamlFile('rules/alerts.yml', { groups: alertGroups(settings) }),
    yamlFile('rules/recording.yml', { groups: recordingGroups() }),
  ];
}
