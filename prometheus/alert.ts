import type { Text } from '../core/language.ts';

/** Alertmanager's templates pick a language; texts may hold Prometheus' own templates. */
export interface Alert {
  readonly name: string;
  readonly expr: string;
  /** How long it must hold, such as `5m`; at once without. */
  readonly for?: string;
  /** `none` tells nobody. */
  readonly severity: 'critical' | 'warning' | 'info' | 'none';
  readonly summary: Text;
  readonly description: Text;
}

/** An alert as Prometheus reads it. Every alert has a heading in docs/runbook.md, and in its Chinese twin. */
export function alertRule({ name, expr, for: holds, severity, summary, description }: Alert) {
  return {
    alert: name,
    expr,
    ...(holds === undefined ? {} : { for: holds }),
    labels: { severity },
    annotations: {
      summary: summary.zh,
      summary_en: summary.en,
      description: description.zh,
      description_en: description.en,
      runbook_url: `docs/runbook.zh-CN.md#${name.toLowerCase()}`,
      runbook_url_en: `docs/runbook.md#${name.toLowerCase()}`,
    },
  };
}

/** Labels in the texts of alerts. */
export const AIRPORT = '{{ $labels.airport }}';
export const DEVICE = '{{ $labels.instance }}';
export const USER = '{{ $labels.user }}';
export const DURATION = '{{ $value | humanizeDuration }}';
