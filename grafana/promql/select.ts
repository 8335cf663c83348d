import { type MetricSpec, metricSpec, requireMetric } from '../../core/metric-contract.ts';
import { MINUTE_BYTES, MINUTE_LABELS, SUMMED_DAYS, sumRecord } from '../../core/traffic.ts';

/** Series that others expose and dashboards read, with their labels beside job, user and instance. */
export const FOREIGN_METRICS: ReadonlyMap<string, readonly string[]> = new Map([
  // Pushgateway: when a device's group was last replaced, and when a push for it was last refused (0: never).
  ['push_time_seconds', []],
  ['push_failure_time_seconds', []],
  // Prometheus, about each target it scrapes.
  ['up', []],
  ['scrape_duration_seconds', []],
]);

const JOB = 'job=~"$job"';
const USER = 'user=~"$user"';
const INSTANCE = 'instance=~"$instance"';

/** Series that Prometheus records of what devices push, with their labels beside job, user and instance. */
export const RECORDED_METRICS: ReadonlyMap<string, readonly string[]> = new Map(
  [MINUTE_BYTES, ...SUMMED_DAYS.map(sumRecord)].map((name) => [name, MINUTE_LABELS]),
);

/** The contract of a metric, or of the histogram that a `_bucket`, `_sum` or `_count` is part of. */
export function contractOf(metric: string): MetricSpec | undefined {
  const whole = metricSpec(metric.replace(/_(?:bucket|sum|count)$/, ''));
  return whole?.type === 'histogram'
    ? { ...whole, type: 'counter', labels: [...whole.labels, 'le'] }
    : metricSpec(metric);
}

/**
 * The labels by which the variables of a dashboard narrow a metric. What a device pushed has user and instance from its
 * push path; what a service exposes has them only where the contract says so (an airport belongs to no device).
 *
 * @throws Error for a metric that is not in the contract
 */
export function scopeOf(metric: string): readonly string[] {
  if (RECORDED_METRICS.has(metric)) return [JOB, USER, INSTANCE];
  if (FOREIGN_METRICS.has(metric)) return metric.startsWith('push_') ? [JOB, USER, INSTANCE] : [];
  const { owner, labels } = contractOf(metric) ?? requireMetric(metric);
  if (owner === 'exporter') return [JOB, USER, INSTANCE];
  return [JOB, ...(labels.includes('user') ? [USER] : []), ...(labels.includes('instance') ? [INSTANCE] : [])];
}

/**
 * A selector of one metric within the variables of the dashboard.
 *
 * @param matchers further ones, such as `class="proxy"`
 */
export function select(metric: string, ...matchers: readonly string[]): string {
  const all = [...scopeOf(metric), ...matchers];
  return all.length === 0 ? metric : `${metric}{${all.join(',')}}`;
}

/** One value an airport; the auditor exposes one, and its scrape adds labels that say nothing. */
export function byAirport(metric: string): string {
  return `max by (user, airport) (${select(metric)})`;
}
