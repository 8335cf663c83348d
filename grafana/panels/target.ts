import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** Every query goes through the variable, so that a dashboard can be pointed at another Prometheus. */
export const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` } as const;

export interface Target {
  /**
   * - `now`: one value a series at the end of the range
   * - `table`: the same as rows
   * - `trace`: values over the range
   */
  readonly kind: 'now' | 'table' | 'trace';
  readonly expr: string;
  readonly legend: string;
}

export const now = (expr: string, legend = ''): Target => ({ kind: 'now', expr, legend });
export const table = (expr: string): Target => ({ kind: 'table', expr, legend: '' });
export const trace = (expr: string, legend: string): Target => ({ kind: 'trace', expr, legend });

/** refId of the target at an index: A, B, … */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

export function buildTarget({ kind, expr, legend }: Target, index: number): DataqueryBuilder {
  const query = new DataqueryBuilder().refId(refId(index)).expr(expr).datasource(DATASOURCE);
  if (legend !== '') query.legendFormat(legend);
  if (kind === 'now' || kind === 'table') query.instant();
  else query.range();
  return query.format(kind === 'table' ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
}
