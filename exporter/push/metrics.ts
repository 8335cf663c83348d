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
import { type Bytes, DIRECTIONS, type Direction } from '../../core/traffic.ts';
import { VERSION } from '../../core/version.ts';
import type { LastReload } from '../../runtime/reload.ts';
import type { TrafficSeries, UncountedSeries } from '../ledger/book.ts';
import type { FamilySeries } from '../ledger/family.ts';
import type { CheckSeries, InterfaceSeries } from '../ledger/side-counters.ts';
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

/** A frame of 5,000 connections takes some tens of milliseconds on a small router. */
const FRAME_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Labels by name, in the order of their names, each with what of a series is its value. */
type Labels<T> = readonly (readonly [label: string, property: keyof T])[];

const named = <T>(...labels: (keyof T & string)[]): Labels<T> => labels.map((label) => [label, label]);

/** A family of the contract as lines, where it has a series. A device may have thousands: a line is all that is made of one. */
function family<T>(name: string, labels: Labels<T>, value: keyof T): (series: readonly T[]) => string[] {
  const head = familyHead(requireMetric(name));
  const parts = labels.map(([label, property], index) => ({
    begin: `${index === 0 ? '{' : '",'}${label}="`,
    property,
  }));
  const end = labels.length === 0 ? ' ' : '"} ';
  return (series) => {
    if (series.length === 0) return [];
    const lines = [head];
    for (const each of series) {
      let line = name;
      for (const { begin, property } of parts) line += begin + escapeLabelValue(String(each[property]));
      lines.push(`${line}${end}${writeNumber(Number(each[value]))}\n`);
    }
    return lines;
  };
}

/** One value. */
function single(name: string): (value: number) => string[] {
  const lines = family<{ readonly value: number }>(name, [], 'value');
  return (value) => lines([{ value }]);
}

/** A value for each direction, or none. */
function directed(name: string): (bytes: Bytes | undefined) => string[] {
  const lines = family<{ readonly direction: Direction; readonly bytes: number }>(name, named('direction'), 'bytes');
  return (bytes) =>
    lines(bytes === undefined ? [] : DIRECTIONS.map((direction) => ({ direction, bytes: bytes[direction] })));
}

const versioned = (name: string): ((version: string | undefined) => string[]) => {
  const lines = family<{ readonly version: string; readonly value: number }>(name, named('version'), 'value');
  return (version) => lines(version === undefined ? [] : [{ version, value: 1 }]);
};

/** The lines of each metric. */
const LINES = {
  traffic: family<TrafficSeries>(TRAFFIC_BYTES, named('accounting', 'class', 'direction', 'node', 'provider'), 'bytes'),
  families: eachDimension((dimension) => {
    const labels: Labels<FamilySeries>[number][] = [...named<FamilySeries>('class', 'direction'), [dimension, 'key']];
    return family(
      dimensionMetric(dimension),
      labels.sort(([a], [b]) => (a < b ? -1 : 1)),
      'bytes',
    );
  }),
  uncounted: family<UncountedSeries>(UNCOUNTED_BYTES, named('direction', 'node', 'provider'), 'bytes'),
  interfaces: family<InterfaceSeries>(INTERFACE_BYTES, named('direction', 'interface', 'role'), 'bytes'),
  checks: family<CheckSeries>(HEALTH_CHECKS, named('node', 'provider'), 'checks'),
  lost: single(LOST_BYTES),
  kernel: directed(KERNEL_BYTES),
  raw: directed(KERNEL_RAW_BYTES),
  up: single('flowcollect_kernel_up'),
  connections: single('flowcollect_kernel_connections'),
  memory: single('flowcollect_kernel_memory_bytes'),
  restarts: single('flowcollect_kernel_restarts_total'),
  kernelInfo: versioned('flowcollect_kernel_info'),
  frames: single('flowcollect_exporter_frames_total'),
  carry: directed(CARRY_BYTES),
  unobserved: single('flowcollect_exporter_unobserved_seconds_total'),
  pushes: family<{ readonly result: PushMetric; readonly count: number }>(
    'flowcollect_exporter_pushes_total',
    named('result'),
    'count',
  ),
  logsUp: single('flowcollect_exporter_logs_up'),
  reloaded: single('flowcollect_exporter_config_last_reload_successful'),
  reloadedAt: single('flowcollect_exporter_config_last_reload_success_timestamp_seconds'),
  startedAt: single('flowcollect_exporter_start_time_seconds'),
  build: versioned('flowcollect_exporter_build_info'),
};
const FRAME_SECONDS = 'flowcollect_exporter_frame_seconds';
const FRAME_SECONDS_HEAD = familyHead(requireMetric(FRAME_SECONDS));

/** What this process has counted of its own work. */
export interface ProcessCounters {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Frames accounted, and how long that took together. */
  frames: number;
  frameSeconds: number;
  /** Of each bucket, the frames that took no longer, seconds. */
  readonly buckets: readonly { readonly le: number; frames: number }[];
  /** Seconds without a frame, beyond twice the poll interval. */
  unobserved: number;
  readonly pushes: Map<PushMetric, number>;
}

export const newProcessCounters = (startedAt: number): ProcessCounters => ({
  startedAt,
  frames: 0,
  frameSeconds: 0,
  buckets: FRAME_BUCKETS_S.map((le) => ({ le, frames: 0 })),
  unobserved: 0,
  pushes: new Map(PUSH_RESULTS.map((result) => [result, 0])),
});

const frameSecondsLines = ({ frames, frameSeconds, buckets }: ProcessCounters): string[] => [
  FRAME_SECONDS_HEAD,
  ...buckets.map(({ le, frames: count }) => `${FRAME_SECONDS}_bucket{le="${le}"} ${count}\n`),
  `${FRAME_SECONDS}_bucket{le="+Inf"} ${frames}\n`,
  `${FRAME_SECONDS}_sum ${writeNumber(frameSeconds)}\n`,
  `${FRAME_SECONDS}_count ${frames}\n`,
];

/**
 * Exposition text of the moment. Only what has a series, as the gateway renders it too: pushes that it would not change
 * it passes on as they came.
 */
export function renderMetrics(
  { counters, interfaces, checks = [], kernelUp, kernelVersion, logsUp, reload }: DeviceMoment,
  own: ProcessCounters,
): string {
  return [
    ...LINES.traffic(counters.traffic),
    ...DIMENSIONS.flatMap((dimension) => LINES.families[dimension](counters.families[dimension])),
    ...LINES.uncounted(counters.uncounted),
    ...LINES.interfaces(interfaces),
    ...LINES.checks(checks),
    ...LINES.lost(counters.lost),
    ...LINES.kernel(counters.kernel),
    ...LINES.raw(counters.raw),
    ...LINES.up(kernelUp ? 1 : 0),
    ...LINES.connections(counters.connections),
    ...LINES.memory(counters.memory),
    ...LINES.restarts(counters.restarts),
    ...LINES.kernelInfo(kernelVersion),
    ...LINES.frames(own.frames),
    ...frameSecondsLines(own),
    ...LINES.carry(counters.carry),
    ...LINES.unobserved(own.unobserved),
    ...LINES.pushes([...own.pushes].map(([result, count]) => ({ result, count }))),
    ...LINES.logsUp(logsUp ? 1 : 0),
    ...LINES.reloaded(reload.successful ? 1 : 0),
    ...LINES.reloadedAt(reload.succeededAt / 1000),
    ...LINES.startedAt(own.startedAt / 1000),
    ...LINES.build(VERSION),
  ].join('');
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
