import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { renderExposition } from '../../core/exposition.ts';
import {
  CARRY_BYTES,
  DIMENSIONS,
  dimensionMetric,
  HEALTH_CHECKS,
  INTERFACE_BYTES,
  KERNEL_BYTES,
  KERNEL_RAW_BYTES,
  LOST_BYTES,
  requireMetric,
  TRAFFIC_BYTES,
  UNCOUNTED_BYTES,
} from '../../core/metric-contract.ts';
import { DIRECTIONS } from '../../core/traffic.ts';
import { VERSION } from '../../core/version.ts';
import type { LastReload } from '../../runtime/reload.ts';
import type { InterfaceSeries } from '../device/interface-counters.ts';
import type { CheckSeries } from '../ledger/health-checks.ts';
import type { LedgerCounters } from '../ledger/ledger.ts';

export const PUSH_RESULTS = ['accepted', 'refused', 'failed'] as const;
export type PushMetric = (typeof PUSH_RESULTS)[number];

/** What is true of the device at one moment. */
export interface DeviceMoment {
  readonly counters: LedgerCounters;
  readonly interfaces: readonly InterfaceSeries[];
  /** None when left out. */
  readonly checks?: readonly CheckSeries[];
  readonly kernelUp: boolean;
  /** Undefined until the kernel has been reached once. */
  readonly kernelVersion: string | undefined;
  readonly logsUp: boolean;
  readonly reload: LastReload;
}

export interface ExporterMetrics {
  /** A frame was accounted, in that many seconds. */
  frame(seconds: number): void;
  /** Nobody looked for that many seconds more than twice the poll interval. */
  unobserved(seconds: number): void;
  push(result: PushMetric): void;
  /** Exposition text of the moment: the counters are taken before this returns, so that all series are of one instant. */
  render(moment: DeviceMoment): Promise<string>;
}

/** A frame of 5,000 connections takes some tens of milliseconds on a small router. */
const FRAME_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** @param startedAt epoch milliseconds */
export function createExporterMetrics(startedAt: number): ExporterMetrics {
  const registry = new Registry();
  const options = (name: string) => {
    const { help, labels } = requireMetric(name);
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  const counter = (name: string): Counter => new Counter(options(name));
  const gauge = (name: string): Gauge => new Gauge(options(name));

  const traffic = counter(TRAFFIC_BYTES);
  const families = DIMENSIONS.map((dimension) => ({ dimension, metric: counter(dimensionMetric(dimension)) }));
  const uncounted = counter(UNCOUNTED_BYTES);
  const interfaces = counter(INTERFACE_BYTES);
  const checks = counter(HEALTH_CHECKS);
  const lost = counter(LOST_BYTES);
  const kernel = counter(KERNEL_BYTES);
  const raw = gauge(KERNEL_RAW_BYTES);
  const kernelUp = gauge('flowcollect_kernel_up');
  const connections = gauge('flowcollect_kernel_connections');
  const memory = gauge('flowcollect_kernel_memory_bytes');
  const restarts = counter('flowcollect_kernel_restarts_total');
  const kernelInfo = gauge('flowcollect_kernel_info');
  const frames = counter('flowcollect_exporter_frames_total');
  const frameSeconds = new Histogram({ ...options('flowcollect_exporter_frame_seconds'), buckets: FRAME_BUCKETS_S });
  const carry = gauge(CARRY_BYTES);
  const unobserved = counter('flowcollect_exporter_unobserved_seconds_total');
  const pushes = counter('flowcollect_exporter_pushes_total');
  const logsUp = gauge('flowcollect_exporter_logs_up');
  const reloadGood = gauge('flowcollect_exporter_config_last_reload_successful');
  const reloadedAt = gauge('flowcollect_exporter_config_last_reload_success_timestamp_seconds');

  gauge('flowcollect_exporter_start_time_seconds').set(startedAt / 1000);
  gauge('flowcollect_exporter_build_info').set({ version: VERSION }, 1);
  for (const result of PUSH_RESULTS) pushes.inc({ result }, 0);

  /** The ledger keeps absolute values; a counter is set to them by starting over. */
  function load(counters: LedgerCounters): void {
    traffic.reset();
    for (const { bytes, ...labels } of counters.traffic) traffic.inc({ ...labels }, bytes);
    for (const { dimension, metric } of families) {
      metric.reset();
      for (const { key, bytes, ...labels } of counters.families[dimension]) {
        metric.inc({ ...labels, [dimension]: key }, bytes);
      }
    }
    uncounted.reset();
    for (const { bytes, ...labels } of counters.uncounted) uncounted.inc({ ...labels }, bytes);
    kernel.reset();
    for (const direction of DIRECTIONS) {
      kernel.inc({ direction }, counters.kernel[direction]);
      carry.set({ direction }, counters.carry[direction]);
      if (counters.raw === undefined) raw.remove({ direction });
      else raw.set({ direction }, counters.raw[direction]);
    }
    restarts.reset();
    restarts.inc(counters.restarts);
    lost.reset();
    lost.inc(counters.lost);
    connections.set(counters.connections);
    memory.set(counters.memory);
  }

  return {
    frame(seconds) {
      frames.inc();
      frameSeconds.observe(seconds);
    },
    unobserved: (seconds) => unobserved.inc(seconds),
    push: (result) => pushes.inc({ result }),
    render(moment) {
      load(moment.counters);
      interfaces.reset();
      for (const { bytes, ...labels } of moment.interfaces) interfaces.inc({ ...labels }, bytes);
      checks.reset();
      for (const { checks: count, ...labels } of moment.checks ?? []) checks.inc({ ...labels }, count);
      kernelUp.set(moment.kernelUp ? 1 : 0);
      kernelInfo.reset();
      if (moment.kernelVersion !== undefined) kernelInfo.set({ version: moment.kernelVersion }, 1);
      logsUp.set(moment.logsUp ? 1 : 0);
      reloadGood.set(moment.reload.successful ? 1 : 0);
      reloadedAt.set(moment.reload.succeededAt / 1000);
      return render(registry);
    },
  };
}

/**
 * What has a series, as the gateway renders it too: pushes that it would not change it passes on as they came. All
 * values are read before the first pause.
 */
async function render(registry: Registry): Promise<string> {
  const metrics = (await registry.getMetricsAsJSON()).filter(({ values }) => values.length > 0);
  return renderExposition(
    metrics.map(({ name, values }) => {
      const { help, type } = requireMetric(name);
      const samples = values.map((each: (typeof values)[number] & { readonly metricName?: string }) => ({
        name: each.metricName ?? name,
        labels: new Map(Object.entries(each.labels).map(([label, value]) => [label, String(value)])),
        value: each.value,
      }));
      return { name, help, type, samples };
    }),
  );
}

/** One device's metrics, as exposition text. */
export interface DevicePage {
  readonly instance: string;
  readonly text: string;
}

/**
 * One page of several devices' metrics: each family once, with the samples of every device and its name as the label
 * `instance`. A single device's page stays as it is.
 */
export function joinMetrics(pages: readonly DevicePage[]): string {
  const [only] = pages;
  if (pages.length === 1 && only !== undefined) return only.text;
  const families = new Map<string, string[]>();
  for (const { instance, text } of pages) {
    let lines: string[] = [];
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const family = /^# HELP (\S+)/.exec(line)?.[1];
      if (family !== undefined) {
        lines = families.get(family) ?? [];
        families.set(family, lines);
      }
      if (!line.startsWith('#')) lines.push(withInstance(line, instance));
      // HELP and TYPE come with the first device.
      else if (lines.length < 2) lines.push(line);
    }
  }
  return `${[...families.values()].flat().join('\n')}\n`;
}

function withInstance(sample: string, instance: string): string {
  const label = `instance="${instance.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const [, name = '', rest = ''] = /^([^\s{]+)(.*)$/s.exec(sample) ?? [];
  return rest.startsWith('{') ? `${name}{${label},${rest.slice(1)}` : `${name}{${label}}${rest}`;
}
