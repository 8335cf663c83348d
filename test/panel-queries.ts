import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { z } from 'zod';
import { panelsOf, targetsOf } from '../grafana/lint/dashboard.ts';
import { STEP } from './dashboard-truth.ts';

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

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [at: number, value: number])[];
}

const SPANS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** `now-6h`, `30d` or `1h` in milliseconds. */
function span(text: string): number {
  const [, count, unit] = /(\d+)([hd])$/.exec(text) ?? [];
  return Number(count) * (SPANS[unit ?? ''] ?? Number.NaN);
}

/**
 * All queries of a dashboard as Grafana sends them at an instant, with its variables filled in.
 *
 * @param offsetMs by which local clocks are ahead of UTC; Grafana aligns steps to local midnight
 * @param chosen values of variables; "all" for those that are not named
 */
export function panelQueries(
  dashboard: Dashboard,
  at: number,
  offsetMs: number,
  chosen: Readonly<Record<string, string>> = {},
): PanelQuery[] {
  return panelsOf(dashboard).flatMap((panel) => {
    const { from, to, stepMs } = rangeOf(panel, dashboard.time?.from ?? '', at, offsetMs);
    return targetsOf(panel).map(({ refId = '', expr, instant }) => ({
      dashboard: dashboard.title ?? '',
      panel: panel.title ?? '',
      refId,
      expr: fillIn(expr, from, to, chosen),
      instant: instant === true,
      from,
      to,
      stepMs,
    }));
  });
}

/** The annotations of a dashboard, asked over an hour. */
export function annotationQueries(dashboard: Dashboard, at: number): PanelQuery[] {
  const from = at - 3_600_000;
  return (dashboard.annotations.list ?? []).map(({ name, expr = '' }) => ({
    dashboard: dashboard.title ?? '',
    panel: `annotation ${name}`,
    refId: 'Anno',
    expr: fillIn(expr, from, at, {}),
    instant: false,
    from,
    to: at,
    stepMs: 60_000,
  }));
}

/** Where each variable of a dashboard takes its choices from. */
export function choices(dashboard: Dashboard): { name: string; selector: string; label: string }[] {
  return (dashboard.templating.list ?? []).flatMap(({ name, definition = '' }) => {
    const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
    return selector === undefined || label === undefined ? [] : [{ name, selector: fillIn(selector, 0, 0, {}), label }];
  });
}

function fillIn(expr: string, from: number, to: number, chosen: Readonly<Record<string, string>>): string {
  return expr
    .replaceAll('$__range', `${(to - from) / 1000}s`)
    .replaceAll('$__rate_interval', `${(4 * STEP) / 1000}s`)
    .replaceAll('$__to', String(to))
    .replaceAll(/\$(job|user|instance|node)\b/g, (_, name: string) => chosen[name] ?? '.+');
}

function rangeOf(
  panel: Panel,
  boardFrom: string,
  to: number,
  offsetMs: number,
): { from: number; to: number; stepMs: number } {
  const from = to - span(panel.timeFrom ?? boardFrom);
  const stepMs = Math.max(
    panel.interval === undefined ? 0 : span(panel.interval),
    Math.ceil((to - from) / 400_000) * 1000,
  );
  const aligned = Math.floor((from + offsetMs) / stepMs) * stepMs - offsetMs;
  return { from: panel.interval === undefined ? from : aligned, to, stepMs };
}

const answer = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z
    .object({
      result: z.array(
        z.object({
          metric: z.record(z.string(), z.string()),
          value: z.tuple([z.number(), z.string()]).optional(),
          values: z.array(z.tuple([z.number(), z.string()])).optional(),
        }),
      ),
    })
    .optional(),
});

/** @throws Error with the query and what Prometheus says of it */
export async function ask(prometheus: string, query: PanelQuery): Promise<Series[]> {
  const { expr, instant, from, to, stepMs } = query;
  const body = new URLSearchParams(
    instant
      ? { query: expr, time: String(to / 1000) }
      : { query: expr, start: String(from / 1000), end: String(to / 1000), step: String(stepMs / 1000) },
  );
  const response = await fetch(`${prometheus}/api/v1/${instant ? 'query' : 'query_range'}`, { method: 'POST', body });
  const { data, error } = answer.parse(await response.json());
  if (data === undefined) throw new Error(`${query.dashboard} / ${query.panel} ${query.refId}: ${error}\n${expr}`);
  return data.result.map(({ metric, value, values }) => ({
    labels: metric,
    points: (values ?? (value === undefined ? [] : [value])).map(([at, text]) => [at * 1000, Number(text)] as const),
  }));
}

export async function labelValues(prometheus: string, selector: string, label: string): Promise<string[]> {
  // Without a range Prometheus answers from all it holds.
  const response = await fetch(`${prometheus}/api/v1/label/${label}/values?match[]=${encodeURIComponent(selector)}`);
  return z.object({ data: z.array(z.string()) }).parse(await response.json()).data;
}
