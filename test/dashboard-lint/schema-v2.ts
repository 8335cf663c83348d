import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/**
 * What Grafana 13's conversion of a classic dashboard to schema v2 reads by name, and so drops the rest of (apps/dashboard
 * of its sources, and `dashboard/v2` of @grafana/schema 13.2). Options, overrides, `custom` and targets it takes whole.
 */
const KEPT = {
  panel:
    /^(?:id|type|title|description|transparent|gridPos|links|targets|transformations|interval|timeFrom|options|fieldConfig)$/,
  // On each target, and as what means nothing without `repeat`.
  panelElsewhere: /^(?:datasource|repeatDirection)$/,
  defaults:
    /^(?:color|custom|decimals|max|min|description|displayName|noValue|unit|filterable|links|mappings|thresholds)$/,
  transformation: /^(?:id|options)$/,
  link: /^(?:title|type|icon|tooltip|tags|asDropdown|targetBlank|includeVars|keepTime|url|placement)$/,
  // Of these two it keeps a note that its annotations still read, but for where the switch stands (ADR 1).
  annotation: /^(?:name|datasource|enable|iconColor|target|titleFormat|placement)$/,
} as const;

/** What a dashboard has that schema v2 would not. */
export function schemaV2Problems(dashboard: Dashboard, panels: readonly Panel[]): string[] {
  const lost = (what: string, value: object | undefined, ...kept: readonly RegExp[]): string[] =>
    Object.keys(value ?? {})
      .filter((key) => !kept.some((each) => each.test(key)))
      .map((key) => `${what}: schema v2 loses ${key}`);
  return [
    ...panels.flatMap((panel) => [
      ...lost(panel.title ?? '', panel, KEPT.panel, KEPT.panelElsewhere),
      ...lost(panel.title ?? '', panel.fieldConfig?.defaults, KEPT.defaults),
      ...(panel.transformations ?? []).flatMap((each) => lost(panel.title ?? '', each, KEPT.transformation)),
    ]),
    ...(dashboard.links ?? []).flatMap((link) => lost(`link ${link.title}`, link, KEPT.link)),
    ...(dashboard.annotations.list ?? []).flatMap((each) => lost(`annotation ${each.name}`, each, KEPT.annotation)),
    ...(dashboard.templating.list ?? [])
      .filter(({ type, query }) => !(type === 'datasource' || (type === 'query' && typeof query === 'object')))
      .map(({ name }) => `variable ${name}: its query is a text, or it is of a kind that was not looked at`),
  ];
}
