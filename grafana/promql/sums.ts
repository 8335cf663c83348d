import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { MINUTE_BYTES } from '../../core/traffic.ts';
import { select } from './select.ts';

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
 * 0 for a series that is younger. `increase()` would extrapolate and lose the first value of a new series. The hour of
 * look-back bridges a gap in the scrapes at the beginning, and costs half of what a whole day would; `@ start()` would
 * be the end as well in an instant query.
 */
export function overRange(selector: string): string {
  return `(${selector} - (last_over_time(${selector}[1h] offset $__range) or ${selector} * 0))`;
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
