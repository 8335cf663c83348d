import { type MetricSpec, metricSpec, requireMetric, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { MINUTE_BYTES, MINUTE_LABELS, SUMMED_DAYS, sumRecord } from '../../core/traffic.ts';

/** Series that others expose and dashboards read, with their labels besides job, user and instance. */
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

/** Series that Prometheus records of what devices push, with their labels besides job, user and instance. */
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

/** A device that pushed longer ago than this counts as silent; pushes go every 10 s. */
export const SILENT_AFTER_SECONDS = 120;

/**
 * Exact bytes since the day of account began. The auditor sums them, so that dashboards, mail and bot show one figure,
 * whatever the zone of the viewer's browser; here it costs one look-up.
 */
export function today(...matchers: readonly string[]): string {
  return select('flowcollect_today_bytes', ...matchers);
}

/**
 * Exact growth of counters over the range of the time picker: last value less the value where the range begins, or less
 * 0 for a series that is younger, or that fell since: a counter that began again, whose growth before that is not shown.
 * `increase()` would extrapolate and lose the first value of a new series. The hour of look-back bridges a gap in the
 * scrapes at the beginning, and costs half of what a whole day would; `@ start()` would be the end as well in an instant
 * query.
 */
export function grownOverRange(selector: string): string {
  return `(${selector} - (last_over_time(${selector}[1h] offset $__range) <= ${selector} or ${selector} * 0))`;
}

/**
 * Of counters over the range of a graph, the labels with most growth: one choice for all steps, where `topk` of each step
 * would change its mind and fill the legend.
 */
export function busiest(count: number, label: string, selector: string): string {
  return `topk(${count}, sum by (${label}) (${selector} @ end() - (${selector} @ start() or ${selector} @ end() * 0)))`;
}

/**
 * A state as a number for a panel to turn into words, from 1 in the order given: a series by user and airport.
 *
 * @param states metric, label and value of each
 */
export function stateNumber(states: readonly (readonly [metric: string, label: string, value: string])[]): string {
  const each = states.map(([metric, label, value], index) => `${select(metric, `${label}="${value}"`)} * ${index + 1}`);
  return `sum by (user, airport) (${each.join(' or ')})`;
}

/** A span of blocks, a second short: Prometheus 2 counts a sample on the left end of a range, Prometheus 3 does not. */
export function upTo(seconds: number): string {
  return `${seconds - 1}s`;
}

/** Exact growth in each hour, for cells whose step is an hour: recorded blocks add up, and bridge gaps of the scrapes. */
export function hourly(...matchers: readonly string[]): string {
  return `sum_over_time(${select(MINUTE_BYTES, ...matchers)}[${upTo(3600)}])`;
}

/** Bytes a second through all counters of a selector. Rates claim no total. */
export function rate(...matchers: readonly string[]): string {
  return perSecond(TRAFFIC_BYTES, ...matchers);
}

/** How fast any other counter rises. */
export function perSecond(metric: string, ...matchers: readonly string[]): string {
  return `rate(${select(metric, ...matchers)}[$__rate_interval])`;
}

/** What tells one device from another; two users may each have a phone. */
export const BY_DEVICE = 'by (user, instance)';

/** Seconds since each device last pushed. */
export function pushAge(): string {
  return `(time() - ${select('push_time_seconds')})`;
}

/** A gauge that a device pushed, only while it pushes: a Pushgateway keeps what a dead device said last. */
export function fresh(gauge: string): string {
  return `(${gauge} and on (job, user, instance) (${pushAge()} < ${SILENT_AFTER_SECONDS}))`;
}
