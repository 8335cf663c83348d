import { escapeLabelValue, familyHead, writeNumber } from '../../core/exposition.ts';
import {
  CARRY_BYTES,
  DIMENSIONS,
  dimensionMetric,
  eachDimension,
  HEALTH_CHECKS,
  INTERFACE_BYTES,
  KERNEL_BYTES,
  KERNEL_RAW_BYTES,
  LOST_BYTES,
  requireMetric,
  TRAFFIC_BYTES,
  UNCOUNTED_BYTES,
} from '../../core/metric-contract.ts';
import { DIRECTIONS, type Direction } from '../../core/traffic.ts';
import { VERSION } from '../../core/version.ts';
import type { LastReload } from '../../runtime/reload.ts';
import type { InterfaceSeries } from '../device/interfaces.ts';
import type { TrafficSeries, UncountedSeries } from '../ledger/book.ts';
import type { FamilySeries } from '../ledger/family.ts';
import type { CheckSeries } from '../ledger/health-checks.ts';
import type { LedgerCounters } from '../ledger/state.ts';

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
  /** No frame came for that many seconds more than twice the poll interval. */
  unobserved(seconds: number): void;
  push(result: PushMetric): void;
  /** Exposition text of the moment. */
  render(moment: DeviceMoment): string;
}

/** A frame of 5,000 connections takes some tens of milliseconds on a small router. */
const FRAME_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Labels by name, in the order of their names, each with what of a series is its value. */
type Labels<T> = readonly (readonly [label: string, property: keyof T])[];

const named = <T>(...labels: (keyof T & string)[]): Labels<T> => labels.map((label) => [label, label]);
const TRAFFIC_LABELS = named<TrafficSeries>('accounting', 'class', 'direction', 'node', 'provider');
const FAMILY_LABELS = eachDimension((dimension) => {
  const labels: Labels<FamilySeries>[number][] = [...named<FamilySeries>('class', 'direction'), [dimension, 'key']];
  return labels.sort(([a], [b]) => (a < b ? -1 : 1));
});
const UNCOUNTED_LABELS = named<UncountedSeries>('direction', 'node', 'provider');
const INTERFACE_LABELS = named<InterfaceSeries>('direction', 'interface', 'role');
const CHECK_LABELS = named<CheckSeries>('node', 'provider');
const VERSION_LABELS = named<{ readonly version: string; readonly value: number }>('version');

/** A family of the contract as lines, where it has a series. A device may have thousands: a line is all that is made of one. */
function family<T>(name: string, labels: Labels<T>, series: readonly T[], value: keyof T): string[] {
  if (series.length === 0) return [];
  const parts = labels.map(([label, property], index) => ({
    begin: `${index === 0 ? '{' : '",'}${label}="`,
    property,
  }));
  const end = labels.length === 0 ? ' ' : '"} ';
  const lines = [familyHead(requireMetric(name))];
  for (const each of series) {
    let line = name;
    for (const { begin, property } of parts) line += begin + escapeLabelValue(String(each[property]));
    lines.push(`${line}${end}${writeNumber(Number(each[value]))}\n`);
  }
  return lines;
}

const one = (name: string, value: number): string[] => family(name, [], [{ value }], 'value');

const each = (name: string, bytes: Readonly<Record<Direction, number>> | undefined): string[] =>
  family(
    name,
    named('direction'),
    bytes === undefined ? [] : DIRECTIONS.map((direction) => ({ direction, bytes: bytes[direction] })),
    'bytes',
  );

/** @param startedAt epoch milliseconds */
export function createExporterMetrics(startedAt: number): ExporterMetrics {
  let frames = 0;
  let frameSeconds = 0;
  /** Of each bucket, the frames that took no longer. */
  const buckets = FRAME_BUCKETS_S.map((le) => ({ le, frames: 0 }));
  let unobserved = 0;
  const pushes = new Map<PushMetric, number>(PUSH_RESULTS.map((result) => [result, 0]));

  function frameFamily(): string[] {
    const name = 'flowcollect_exporter_frame_seconds';
    const counted = [
      ...buckets.map(({ le, frames: count }) => [String(le), count] as const),
      ['+Inf', frames] as const,
    ];
    return [
      familyHead(requireMetric(name)),
      ...counted.map(([le, count]) => `${name}_bucket{le="${le}"} ${count}\n`),
      `${name}_sum ${writeNumber(frameSeconds)}\n`,
      `${name}_count ${frames}\n`,
    ];
  }

  return {
    frame(seconds) {
      frames += 1;
      frameSeconds += seconds;
      for (const bucket of buckets) if (seconds <= bucket.le) bucket.frames += 1;
    },
    unobserved(seconds) {
      unobserved += seconds;
    },
    push: (result) => void pushes.set(result, (pushes.get(result) ?? 0) + 1),
    // Only what has a series, as the gateway renders it too: pushes that it would not change it passes on as they came.
    render: ({ counters, interfaces, checks = [], kernelUp, kernelVersion, logsUp, reload }) =>
      [
        ...family(TRAFFIC_BYTES, TRAFFIC_LABELS, counters.traffic, 'bytes'),
        ...DIMENSIONS.flatMap((dimension) =>
          family(dimensionMetric(dimension), FAMILY_LABELS[dimension], counters.families[dimension], 'bytes'),
        ),
        ...family(UNCOUNTED_BYTES, UNCOUNTED_LABELS, counters.uncounted, 'bytes'),
        ...family(INTERFACE_BYTES, INTERFACE_LABELS, interfaces, 'bytes'),
        ...family(HEALTH_CHECKS, CHECK_LABELS, checks, 'checks'),
        ...one(LOST_BYTES, counters.lost),
        ...each(KERNEL_BYTES, counters.kernel),
        ...each(KERNEL_RAW_BYTES, counters.raw),
        ...one('flowcollect_kernel_up', kernelUp ? 1 : 0),
        ...one('flowcollect_kernel_connections', counters.connections),
        ...one('flowcollect_kernel_memory_bytes', counters.memory),
        ...one('flowcollect_kernel_restarts_total', counters.restarts),
        ...family(
          'flowcollect_kernel_info',
          VERSION_LABELS,
          kernelVersion === undefined ? [] : [{ version: kernelVersion, value: 1 }],
          'value',
        ),
        ...one('flowcollect_exporter_frames_total', frames),
        ...frameFamily(),
        ...each(CARRY_BYTES, counters.carry),
        ...one('flowcollect_exporter_unobserved_seconds_total', unobserved),
        ...family(
          'flowcollect_exporter_pushes_total',
          named('result'),
          [...pushes].map(([result, count]) => ({ result, count })),
          'count',
        ),
        ...one('flowcollect_exporter_logs_up', logsUp ? 1 : 0),
        ...one('flowcollect_exporter_config_last_reload_successful', reload.successful ? 1 : 0),
        ...one('flowcollect_exporter_config_last_reload_success_timestamp_seconds', reload.succeededAt / 1000),
        ...one('flowcollect_exporter_start_time_seconds', startedAt / 1000),
        ...family('flowcollect_exporter_build_info', VERSION_LABELS, [{ version: VERSION, value: 1 }], 'value'),
      ].join(''),
  };
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
