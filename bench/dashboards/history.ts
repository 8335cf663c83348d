import { DIMENSIONS, dimensionMetric, KERNEL_BYTES, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { DIRECTIONS, MINUTE_BYTES, SUMMED_DAYS, sumRecord } from '../../core/traffic.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
export const STEP = 300 * SECOND;
/** Any past moment. */
export const END = Date.parse('2026-11-20T13:00:00Z');

interface HistorySize {
  readonly days: number;
  readonly nodes: number;
  /** How many devices each user has. */
  readonly users: Readonly<Record<string, number>>;
}

/** Keys of each dimension that a device names. */
const KEYS = 20;
/** Since when there are dimensions and gauges that are looked at over the last day only. */
const LATELY = END - 26 * HOUR;

type Labels = Readonly<Record<string, string>>;

/**
 * All that the dashboards query, as a household would leave it in Prometheus: samples every five minutes, in the
 * OpenMetrics format that promtool takes.
 */
export function* history({ days, nodes, users }: HistorySize): Generator<string> {
  const start = END - days * 24 * HOUR;
  const owned = (user: string, job: string): Labels => ({ job, user });
  const devices = Object.entries(users).flatMap(([user, count]) =>
    Array.from({ length: count }, (_, index) => ({ user, instance: `${user}${index}` })),
  );
  const lasting = (name: string, labels: Labels, value: (at: number, step: number) => number) =>
    series(name, labels, start, value);
  const lately = (name: string, labels: Labels, value: (step: number) => number) =>
    series(name, labels, LATELY, (_, step) => value(step));

  for (const { user, instance } of devices) {
    const id = { ...owned(user, 'flowcollect'), instance };
    for (const direction of DIRECTIONS) {
      for (let node = 0; node < nodes; node += 1) {
        const part = { class: node === 0 ? 'direct' : 'proxy', node: `node ${node}`, direction };
        const grown = (step: number): number => step * (node + 1) * 10_007;
        const more = { provider: 'sub', accounting: 'measured' };
        yield lasting(TRAFFIC_BYTES, { ...id, ...part, ...more }, (_, step) => grown(step));
        yield lasting(MINUTE_BYTES, { ...id, ...part }, () => grown(1));
        for (const span of SUMMED_DAYS) yield lately(sumRecord(span), { ...id, ...part }, grown);
        yield lately('flowcollect_today_bytes', { ...id, job: 'auditor', ...part }, grown);
      }
      yield lasting(KERNEL_BYTES, { ...id, direction }, (_, step) => step * 1_000_003);
      yield lasting('flowcollect_exporter_carry_bytes', { ...id, direction }, () => 0);
      yield lasting(
        'flowcollect_interface_bytes_total',
        { ...id, direction, interface: 'tun', role: 'tun' },
        (_, step) => step,
      );
      for (const dimension of DIMENSIONS) {
        for (let key = 0; key < KEYS; key += 1) {
          const labels = { ...id, direction, class: 'proxy', [dimension]: `key ${key}` };
          yield lately(dimensionMetric(dimension), labels, (step) => step * (key + 1) * 1009);
        }
      }
    }
    for (let node = 1; node < nodes; node += 1) {
      const labels = { ...id, job: 'auditor', airport: 'sub', node: `node ${node}` };
      yield lately('flowcollect_cycle_bytes', labels, (step) => step * node);
    }
    yield lasting('push_time_seconds', id, (at) => at / SECOND - 5);
    for (const name of ['flowcollect_exporter_build_info', 'flowcollect_kernel_info'])
      yield lasting(name, { ...id, version: '1.0.0' }, () => 1);
    for (const [name, value] of Object.entries(OF_DEVICE)) yield lasting(name, id, (_, step) => step * value + 1);
  }
  for (const user of Object.keys(users)) {
    const id = { ...owned(user, 'auditor'), airport: 'sub' };
    for (const [name, ahead] of Object.entries(OF_AIRPORT)) yield lasting(name, id, (at) => at / SECOND + ahead);
    yield lasting('flowcollect_audit_verdict', { ...id, verdict: 'ok' }, () => 1);
    yield lasting('flowcollect_forecast_urgency', { ...id, urgency: 'plain' }, () => 1);
    const report = 'flowcollect_report_last_success_timestamp_seconds';
    yield lasting(report, owned(user, 'auditor'), (at) => at / SECOND - 3600);
  }
  for (const job of ['pushgateway', 'auditor', 'gateway', 'alertmanager', 'prometheus']) {
    yield lasting('up', { job, instance: job }, () => 1);
  }
  const pushes = { job: 'gateway', instance: 'gateway', result: 'accepted', reason: '' };
  yield lasting('flowcollect_gateway_pushes_total', pushes, (_, step) => step);
  for (const service of ['auditor', 'gateway']) {
    yield lasting(`flowcollect_${service}_config_last_reload_successful`, { job: service, instance: service }, () => 1);
  }
  yield '# EOF\n';
}

/** What each device pushes besides its bytes, and how fast it rises. */
const OF_DEVICE: Readonly<Record<string, number>> = {
  push_failure_time_seconds: 0,
  flowcollect_kernel_up: 0,
  flowcollect_kernel_connections: 0,
  flowcollect_kernel_memory_bytes: 0,
  flowcollect_kernel_restarts_total: 0,
  flowcollect_exporter_logs_up: 0,
  flowcollect_exporter_config_last_reload_successful: 0,
  flowcollect_exporter_start_time_seconds: 0,
  flowcollect_exporter_unobserved_seconds_total: 1,
  flowcollect_exporter_frame_seconds_sum: 1,
  flowcollect_exporter_frame_seconds_count: 300,
  flowcollect_exporter_pushes_total: 30,
};

/** What the auditor says of each airport, by how far it is ahead of the clock. */
const OF_AIRPORT: Readonly<Record<string, number>> = {
  flowcollect_airport_used_bytes: 0,
  flowcollect_airport_quota_bytes: 2 ** 37,
  flowcollect_airport_remaining_bytes: 2 ** 36,
  flowcollect_airport_expiry_timestamp_seconds: 40 * 86_400,
  flowcollect_airport_reset_timestamp_seconds: 9 * 86_400,
  flowcollect_airport_last_success_timestamp_seconds: -60,
  flowcollect_audit_airport_bytes: 0,
  flowcollect_audit_device_bytes: 0,
  flowcollect_audit_billed_bytes: 0,
  flowcollect_audit_difference_bytes: 0,
  flowcollect_audit_window_start_timestamp_seconds: -86_400,
  flowcollect_audit_window_end_timestamp_seconds: -600,
  flowcollect_forecast_days_left: 0,
};

function series(name: string, labels: Labels, start: number, value: (at: number, step: number) => number): string {
  const head = `${name}{${Object.entries(labels)
    .map(([label, text]) => `${label}="${text}"`)
    .join(',')}}`;
  let lines = '';
  for (let at = start, step = 0; at <= END; at += STEP, step += 1) {
    lines += `${head} ${value(at, step)} ${at / SECOND}\n`;
  }
  return lines;
}
