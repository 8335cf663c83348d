import { z } from 'zod';
import type { PanelQuery } from './dashboard-lint/panel-queries.ts';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [at: number, value: number])[];
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
