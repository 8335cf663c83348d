/**
 * Every metric that FlowCollect exposes, in one place: the exporter declares its metrics from it, the gateway holds
 * pushes to it, queries and dashboards take names from it, and the documentation is checked against it.
 */

/**
 * Whether a counter may fall.
 * - `ledger`: kept in the device's saved state; never falls, the gateway refuses a push in which it does.
 * - `process`: lives as long as the process; restarts from 0.
 */
type CounterLife = 'ledger' | 'process';

export interface MetricSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** The service that exposes it; `exporter` metrics are what a push may hold. */
  readonly owner: 'exporter' | 'gateway' | 'auditor';
  /** For counters only. */
  readonly life?: CounterLife;
}

/** The dimensions that cut the same bytes another way, each a family `flowcollect_<dimension>_bytes_total`. */
export const DIMENSIONS = ['group', 'rule', 'process', 'source', 'host', 'inbound_user'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What is read of each dimension, by its name. */
export const eachDimension = <T>(read: (dimension: Dimension) => T): Record<Dimension, T> =>
  Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, read(dimension)])) as Record<Dimension, T>;

/** What one push may hold. */
export const MAX_SERIES = 10_000;

/** UTF-16 units of one label value that a push may hold. */
export const MAX_LABEL_LENGTH = 1024;

export function dimensionMetric(dimension: Dimension): `flowcollect_${Dimension}_bytes_total` {
  return `flowcollect_${dimension}_bytes_total`;
}

export const TRAFFIC_BYTES = 'flowcollect_traffic_bytes_total';
export const UNCOUNTED_BYTES = 'flowcollect_uncounted_bytes_total';
export const KERNEL_BYTES = 'flowcollect_kernel_bytes_total';
export const KERNEL_RAW_BYTES = 'flowcollect_kernel_raw_bytes';
export const INTERFACE_BYTES = 'flowcollect_interface_bytes_total';
export const CARRY_BYTES = 'flowcollect_exporter_carry_bytes';
export const LOST_BYTES = 'flowcollect_exporter_lost_bytes_total';
export const HEALTH_CHECKS = 'flowcollect_health_checks_total';

const dimensionHelp: Readonly<Record<Dimension, string>> = {
  group: 'the policy group that the rule named',
  rule: 'the rule that matched',
  process: 'the process that opened the connection',
  source: 'the address that opened the connection',
  host: 'the registrable domain of the destination',
  inbound_user: 'the user that signed in to the inbound',
};

const exporter = (
  type: MetricSpec['type'],
  name: string,
  labels: readonly string[],
  help: string,
  life?: CounterLife,
): MetricSpec => ({ name, type, help, labels, owner: 'exporter', ...(life === undefined ? {} : { life }) });

const auditor = (name: string, labels: readonly string[], help: string): MetricSpec => ({
  name,
  type: 'gauge',
  help,
  labels,
  owner: 'auditor',
});

const gateway = (type: MetricSpec['type'], name: string, labels: readonly string[], help: string): MetricSpec => ({
  name,
  type,
  help,
  labels,
  owner: 'gateway',
  ...(type === 'counter' ? { life: 'process' as const } : {}),
});

const AIRPORT = ['user', 'airport'] as const;

export const METRICS: readonly MetricSpec[] = [
  exporter(
    'counter',
    TRAFFIC_BYTES,
    ['class', 'node', 'provider', 'direction', 'accounting'],
    "Bytes that the kernel's totals count, by the node they left through",
    'ledger',
  ),
  ...DIMENSIONS.map((dimension) =>
    exporter(
      'counter',
      dimensionMetric(dimension),
      [dimension, 'class', 'direction'],
      `The bytes of ${TRAFFIC_BYTES} by ${dimensionHelp[dimension]}`,
      'ledger',
    ),
  ),
  exporter(
    'counter',
    UNCOUNTED_BYTES,
    ['node', 'provider', 'direction'],
    "Bytes of connections that the kernel leaves out of its totals: dialer-proxy hops and the kernel's own DNS",
    'ledger',
  ),
  exporter(
    'counter',
    HEALTH_CHECKS,
    ['node', 'provider'],
    'Health checks that the kernel ran, told by its delay histories; their bytes are in none of its counters',
    'ledger',
  ),
  exporter('counter', KERNEL_BYTES, ['direction'], "The kernel's totals, continuous over its restarts", 'ledger'),
  exporter('gauge', KERNEL_RAW_BYTES, ['direction'], "The kernel's totals as they are, on which this push rests"),
  exporter('gauge', 'flowcollect_kernel_up', [], 'Whether the last attempt to read the kernel succeeded'),
  exporter('gauge', 'flowcollect_kernel_connections', [], 'Open connections in the last frame'),
  exporter('gauge', 'flowcollect_kernel_memory_bytes', [], 'Memory that the kernel says it uses'),
  exporter('counter', 'flowcollect_kernel_restarts_total', [], 'Restarts of the kernel that were noticed', 'ledger'),
  exporter('gauge', 'flowcollect_kernel_info', ['version'], 'Always 1; the version of the kernel'),
  exporter(
    'counter',
    INTERFACE_BYTES,
    ['interface', 'role', 'direction'],
    'Bytes of the TUN device and of the uplink, continuous over re-creation',
    'ledger',
  ),
  exporter('counter', 'flowcollect_exporter_frames_total', [], 'Frames accounted', 'process'),
  exporter('histogram', 'flowcollect_exporter_frame_seconds', [], 'Time to account one frame'),
  exporter(
    'gauge',
    CARRY_BYTES,
    ['direction'],
    "Bytes of the kernel's totals not yet attributed, signed, bounded by one frame",
  ),
  exporter(
    'counter',
    'flowcollect_exporter_unobserved_seconds_total',
    [],
    'Seconds between frames beyond twice the poll interval',
    'process',
  ),
  exporter(
    'counter',
    LOST_BYTES,
    [],
    'Bytes through proxies, estimated from above, that a kernel may have moved unseen before it restarted',
    'ledger',
  ),
  exporter('counter', 'flowcollect_exporter_pushes_total', ['result'], 'Pushes by result', 'process'),
  exporter('gauge', 'flowcollect_exporter_logs_up', [], "Whether the kernel's log stream announces connections"),
  exporter(
    'gauge',
    'flowcollect_exporter_config_last_reload_successful',
    [],
    'Whether the last edit of the settings was applied',
  ),
  exporter(
    'gauge',
    'flowcollect_exporter_config_last_reload_success_timestamp_seconds',
    [],
    'When settings were last applied, in Unix seconds',
  ),
  exporter('gauge', 'flowcollect_exporter_start_time_seconds', [], 'When this process started, in Unix seconds'),
  exporter('gauge', 'flowcollect_exporter_build_info', ['version'], 'Always 1; the version of the exporter'),

  gateway('counter', 'flowcollect_gateway_pushes_total', ['result', 'reason'], 'Pushes by result and reason'),
  gateway('counter', 'flowcollect_gateway_push_bytes_total', [], 'Bytes of accepted push bodies, unpacked'),
  gateway('histogram', 'flowcollect_gateway_push_seconds', [], 'Time to check and forward one push'),
  gateway(
    'gauge',
    'flowcollect_gateway_last_push_timestamp_seconds',
    ['user', 'instance'],
    'When the last push of a device was accepted, in Unix seconds',
  ),
  gateway(
    'gauge',
    'flowcollect_gateway_config_last_reload_successful',
    [],
    'Whether the last edits of the settings, the tokens and the certificate were applied',
  ),
  gateway(
    'gauge',
    'flowcollect_gateway_config_last_reload_success_timestamp_seconds',
    [],
    'When the settings, the tokens or the certificate were last applied, in Unix seconds',
  ),
  gateway('gauge', 'flowcollect_gateway_kept_bytes', ['user'], 'Bytes of the last pushes that are kept of a user'),
  gateway('gauge', 'flowcollect_gateway_data_writable', [], 'Whether the last write to DataDir succeeded'),
  gateway('gauge', 'flowcollect_gateway_build_info', ['version'], 'Always 1; the version of the gateway'),

  auditor('flowcollect_airport_upload_bytes', AIRPORT, 'Upload that the airport has billed in this cycle'),
  auditor('flowcollect_airport_download_bytes', AIRPORT, 'Download that the airport has billed in this cycle'),
  auditor('flowcollect_airport_used_bytes', AIRPORT, 'Upload and download that the airport has billed in this cycle'),
  auditor('flowcollect_airport_quota_bytes', AIRPORT, 'The quota of this cycle; absent when unlimited or unknown'),
  auditor('flowcollect_airport_remaining_bytes', AIRPORT, 'Quota less use, never below 0'),
  auditor('flowcollect_airport_expiry_timestamp_seconds', AIRPORT, 'When the plan expires, in Unix seconds'),
  auditor('flowcollect_airport_reset_timestamp_seconds', AIRPORT, 'When the quota resets next, in Unix seconds'),
  auditor(
    'flowcollect_airport_last_success_timestamp_seconds',
    AIRPORT,
    'When the airport was last read with success, in Unix seconds',
  ),
  auditor('flowcollect_audit_airport_bytes', AIRPORT, 'Bytes that the airport billed in the last window'),
  auditor('flowcollect_audit_device_bytes', AIRPORT, 'Bytes that the devices sent through its nodes in that window'),
  auditor('flowcollect_audit_billed_bytes', AIRPORT, 'Those bytes times the multipliers: what should be billed'),
  auditor('flowcollect_audit_difference_bytes', AIRPORT, 'What the airport billed less what it should have, signed'),
  auditor('flowcollect_audit_window_start_timestamp_seconds', AIRPORT, 'Start of the last window, in Unix seconds'),
  auditor('flowcollect_audit_window_end_timestamp_seconds', AIRPORT, 'End of the last window, in Unix seconds'),
  auditor('flowcollect_audit_verdict', [...AIRPORT, 'verdict'], '1 for the verdict of the last window, 0 for others'),
  auditor(
    'flowcollect_audit_surplus_bytes',
    [...AIRPORT, 'answered'],
    'Bytes a day that the airport bills above what names, settings and answers explain (answered: no, known or leak); absent without a surplus',
  ),
  auditor(
    'flowcollect_audit_multiplier',
    [...AIRPORT, 'node', 'bound'],
    "What the airport multiplies a node's bytes by, as its bills show (bound: low or high); of the 50 nodes with most bytes",
  ),
  auditor(
    'flowcollect_today_bytes',
    ['user', 'instance', 'class', 'node', 'direction'],
    'Exact bytes since the day began, by the configured end of day and time zone',
  ),
  auditor(
    'flowcollect_cycle_bytes',
    ['user', 'airport', 'instance', 'node'],
    'Exact bytes since the billing cycle began',
  ),
  auditor(
    'flowcollect_audit_unknown',
    [...AIRPORT, 'why'],
    '1 while the verdict is unknown: first_day, first_days, no_reading or not_compared',
  ),
  auditor('flowcollect_forecast_days_left', AIRPORT, 'Days until the quota is used up, at the present pace'),
  auditor(
    'flowcollect_forecast_urgency',
    [...AIRPORT, 'urgency'],
    '1: plain, short (days do not reach the reset or the end of the plan) or last_day (less than one besides)',
  ),
  auditor(
    'flowcollect_report_last_success_timestamp_seconds',
    ['user'],
    'When a report was last accepted by the mail server, in Unix seconds',
  ),
  auditor(
    'flowcollect_report_waiting_since_timestamp_seconds',
    ['user'],
    'When the oldest report was made that no mail server has taken; since when the first one is awaited, where none was ever sent; in Unix seconds',
  ),
  auditor(
    'flowcollect_report_given_up_mails',
    ['user'],
    'Reports that the mail server refused again and again, by the present settings',
  ),
  auditor('flowcollect_auditor_config_last_reload_successful', [], 'Whether the last edit of the settings was applied'),
  auditor(
    'flowcollect_auditor_config_last_reload_success_timestamp_seconds',
    [],
    'When settings were last applied, in Unix seconds',
  ),
  auditor('flowcollect_auditor_data_writable', [], 'Whether the last write to DataDir succeeded'),
  auditor('flowcollect_auditor_build_info', ['version'], 'Always 1; the version of the auditor'),
];

const byName = new Map(METRICS.map((spec) => [spec.name, spec]));

/** The contract of one metric, or undefined for a name that is not in it. */
export function metricSpec(name: string): MetricSpec | undefined {
  return byName.get(name);
}

const vanishing: ReadonlySet<string> = new Set(DIMENSIONS.map(dimensionMetric));

/**
 * Whether series of a ledger counter may go: those of a dimension do, when a key was idle for 40 days or its family is
 * switched off. While they are there they do not fall.
 */
export function mayVanish(name: string): boolean {
  return vanishing.has(name);
}

/** Like {@link metricSpec}, for names written in the code. Throws when the name is not in the contract. */
export function requireMetric(name: string): MetricSpec {
  const spec = byName.get(name);
  if (spec === undefined) throw new Error(`metric ${name} is not in the contract (core/metric-contract.ts)`);
  return spec;
}
