import type { RequestListener } from 'node:http';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Device } from '../../core/device-id.ts';
import { requireMetric } from '../../core/metric-contract.ts';
import { VERSION } from '../../core/version.ts';
import type { DiskHealth } from '../../runtime/health.ts';
import { createPagesListener } from '../../runtime/http.ts';
import type { LastReload } from '../../runtime/reload.ts';
import { isFailure, PROBLEM_CODES, type ProblemCode } from '../http/problem.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';

export interface GatewayMetrics {
  /**
   * @param bytes of the body, unpacked
   * @param at epoch milliseconds
   */
  accepted(device: Device, bytes: number, at: number): void;
  refused(code: ProblemCode): void;
  /** A push took that many seconds, whatever came of it. */
  took(seconds: number): void;
  /** A device pushed then, before this process began. */
  lastPush(device: Device, at: number): void;
  /** A device is gone permanently. */
  retired(device: Device): void;
  /**
   * @param dataWritable whether the last write to the disk succeeded
   * @param kept bytes that are kept of each user
   */
  render(reload: LastReload, dataWritable: boolean, kept: ReadonlyMap<string, number>): Promise<string>;
}

/** A push takes a millisecond to check; Pushgateway is given five seconds. */
const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createGatewayMetrics(): GatewayMetrics {
  const registry = new Registry();
  const options = (name: string) => {
    const { help, labels } = requireMetric(name);
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  const pushes = new Counter(options('flowcollect_gateway_pushes_total'));
  const bodyBytes = new Counter(options('flowcollect_gateway_push_bytes_total'));
  const seconds = new Histogram({ ...options('flowcollect_gateway_push_seconds'), buckets: SECONDS_BUCKETS });
  const lastPush = new Gauge(options('flowcollect_gateway_last_push_timestamp_seconds'));
  const keptBytes = new Gauge(options('flowcollect_gateway_kept_bytes'));
  const reloadGood = new Gauge(options('flowcollect_gateway_config_last_reload_successful'));
  const reloadedAt = new Gauge(options('flowcollect_gateway_config_last_reload_success_timestamp_seconds'));
  const writable = new Gauge(options('flowcollect_gateway_data_writable'));
  new Gauge(options('flowcollect_gateway_build_info')).set({ version: VERSION }, 1);

  const resultOf = (code: ProblemCode): string => (isFailure(code) ? 'failed' : 'refused');
  pushes.inc({ result: 'accepted', reason: '' }, 0);
  for (const code of PROBLEM_CODES) pushes.inc({ result: resultOf(code), reason: code }, 0);

  const setLastPush = ({ user, deviceId }: Device, at: number): void => {
    lastPush.set({ user, instance: deviceId }, at / 1000);
  };
  return {
    accepted(device, bytes, at) {
      pushes.inc({ result: 'accepted', reason: '' });
      bodyBytes.inc(bytes);
      setLastPush(device, at);
    },
    refused: (code) => pushes.inc({ result: resultOf(code), reason: code }),
    took: (value) => seconds.observe(value),
    lastPush: setLastPush,
    retired: ({ user, deviceId }) => lastPush.remove({ user, instance: deviceId }),
    render(reload, dataWritable, kept) {
      keptBytes.reset();
      for (const [user, bytes] of kept) keptBytes.set({ user }, bytes);
      reloadGood.set(reload.successful ? 1 : 0);
      reloadedAt.set(reload.succeededAt / 1000);
      writable.set(dataWritable ? 1 : 0);
      return registry.metrics();
    },
  };
}

/**
 * The pages of the gateway itself and, under `/admin/`, what releases devices, on an address that devices do not reach. It
 * fails while it cannot keep pushes, and therefore takes none.
 */
export function createMetricsPage(
  metrics: GatewayMetrics,
  lastReload: () => LastReload,
  disk: Pick<DiskHealth, 'health' | 'problem'>,
  { usage }: Pick<KeptPushes, 'usage'>,
  adminHandler: RequestListener,
): RequestListener {
  const pages = createPagesListener({
    service: 'gateway',
    version: VERSION,
    metrics: () => metrics.render(lastReload(), disk.problem() === undefined, usage.bytes),
    health: disk.health,
  });
  return (request, response) =>
    request.url?.startsWith('/admin/') ? adminHandler(request, response) : pages(request, response);
}
