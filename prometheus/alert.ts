/** A text in both languages; Alertmanager's templates pick one. May hold Prometheus' own templates. */
export type Text = readonly [zh: string, en: string];

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
      summary: summary[0],
      summary_en: summary[1],
      description: description[0],
      description_en: description[1],
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
