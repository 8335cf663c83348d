import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { annotationExpr, panelsOf, targetsOf } from './dashboard.ts';

/** When, where and what a dashboard is looked at. */
export interface Look {
  /** Epoch milliseconds. */
  readonly at: number;
  /** By which local clocks are ahead of UTC, in milliseconds; Grafana aligns steps to local midnight. */
  readonly offset: number;
  /** Milliseconds between two samples, of which a rate spans four. */
  readonly scrape: number;
  /** Values of variables; "all" for those that are not named. */
  readonly chosen?: ReadonlyMap<string, string>;
}

/** One query of a panel, over the range that Grafana would ask for. */
export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  readonly expr: string;
  readonly instant: boolean;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** `now-6h`, `30d` or `1h` in milliseconds. */
function span(text: string): number {
  const [, count, unit] = /(\d+)([hd])$/.exec(text) ?? [];
  return Number(count) * (unit === 'h' ? 3_600_000 : 86_400_000);
}

/** All queries of a dashboard as Grafana sends them, with its variables filled in. */
export function panelQueries(dashboard: Dashboard, look: Look): PanelQuery[] {
  return panelsOf(dashboard).flatMap((panel) => {
    const from = look.at - span(panel.timeFrom ?? dashboard.time?.from ?? '');
    const stepMs = Math.max(
      panel.interval === undefined ? 0 : span(panel.interval),
      Math.ceil((look.at - from) / 400_000) * 1000,
    );
    // Grafana puts both ends of a range on full steps of the zone.
    const onStep = (at: number): number => Math.floor((at + look.offset) / stepMs) * stepMs - look.offset;
    return targetsOf(panel).map(({ refId = '', expr, instant }) => ({
      dashboard: dashboard.title ?? '',
      panel: panel.title ?? '',
      refId,
      expr: fillIn(expr, from, look.at, look),
      instant: instant === true,
      from: onStep(from),
      to: instant === true ? look.at : onStep(look.at),
      stepMs,
    }));
  });
}

/** The annotations of a dashboard, asked over an hour. */
export function annotationQueries(dashboard: Dashboard, look: Look): PanelQuery[] {
  const { at } = look;
  const from = at - 3_600_000;
  return (dashboard.annotations.list ?? []).map((annotation) => ({
    dashboard: dashboard.title ?? '',
    panel: `annotation ${annotation.name}`,
    refId: 'Anno',
    expr: fillIn(annotationExpr(annotation), from, at, look),
    instant: false,
    from,
    to: at,
    stepMs: 60_000,
  }));
}

/** Where each variable of a dashboard takes its choices from. */
export function choices(dashboard: Dashboard, look: Look): { name: string; selector: string; label: string }[] {
  return (dashboard.templating.list ?? []).flatMap(({ name, definition = '' }) => {
    const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
    return selector === undefined || label === undefined
      ? []
      : [{ name, selector: fillIn(selector, 0, 0, look), label }];
  });
}

function fillIn(expr: string, from: number, to: number, { scrape, chosen }: Look): string {
  return expr
    .replaceAll('$__range', `${(to - from) / 1000}s`)
    .replaceAll('$__rate_interval', `${(4 * scrape) / 1000}s`)
    .replaceAll(`\${__to:date:seconds}`, String(Math.floor(to / 1000)))
    .replaceAll(/\$(job|user|instance|node)\b/g, (_, name: string) => chosen?.get(name) ?? '.+');
}
