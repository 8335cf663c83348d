import { escapeLabelValue, familyHead, writeNumber } from '../../core/exposition.ts';
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

/** What this process has counted of its own work. */
interface ProcessCounters {
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

/** The lines of one metric at the moment; none where it has no series. */
type FamilyLines = (moment: DeviceMoment, own: ProcessCounters) => readonly string[];

/** Labels in the order of their names, each alike named in a series, or with what of it is its value. */
type LabelOrder<T> = readonly ((keyof T & string) | readonly [label: string, property: keyof T])[];

/** A family of the contract. A device may have thousands of series: a line is all that is made of one. */
function family<T>(
  name: string,
  labels: LabelOrder<T>,
  value: keyof T,
  seriesOf: (moment: DeviceMoment, own: ProcessCounters) => readonly T[],
): FamilyLines {
  const head = familyHead(requireMetric(name));
  const parts = labels.map((each, index) => {
    const [label, property]: readonly [string, keyof T] = typeof each === 'string' ? [each, each] : each;
    return { begin: `${index === 0 ? '{' : '",'}${label}="`, property };
  });
  const end = labels.length === 0 ? ' ' : '"} ';
  return (moment, own) => {
    const series = seriesOf(moment, own);
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

const single = (name: string, read: (moment: DeviceMoment, own: ProcessCounters) => number): FamilyLines =>
  family<{ readonly value: number }>(name, [], 'value', (moment, own) => [{ value: read(moment, own) }]);

const directed = (name: string, bytesOf: (counters: LedgerCounters) => Bytes | undefined): FamilyLines =>
  family<{ readonly direction: Direction; readonly bytes: number }>(name, ['direction'], 'bytes', ({ counters }) => {
    const bytes = bytesOf(counters);
    return bytes === undefined ? [] : DIRECTIONS.map((direction) => ({ direction, bytes: bytes[direction] }));
  });

const versioned = (name: string, versionOf: (moment: DeviceMoment) => string | undefined): FamilyLines =>
  family<{ readonly version: string; readonly value: number }>(name, ['version'], 'value', (moment) => {
    const version = versionOf(moment);
    return version === undefined ? [] : [{ version, value: 1 }];
  });

const FRAME_SECONDS = 'flowcollect_exporter_frame_seconds';
const FRAME_SECONDS_HEAD = familyHead(requireMetric(FRAME_SECONDS));
const frameSecondsLines: FamilyLines = (_, { frames, frameSeconds, buckets }) => [
  FRAME_SECONDS_HEAD,
  ...buckets.map(({ le, frames: count }) => `${FRAME_SECONDS}_bucket{le="${le}"} ${count}\n`),
  `${FRAME_SECONDS}_bucket{le="+Inf"} ${frames}\n`,
  `${FRAME_SECONDS}_sum ${writeNumber(frameSeconds)}\n`,
  `${FRAME_SECONDS}_count ${frames}\n`,
];

const RELOAD = 'flowcollect_exporter_config_last_reload';

const METRICS: readonly FamilyLines[] = [
  family<TrafficSeries>(
    TRAFFIC_BYTES,
    ['accounting', 'class', 'direction', 'node', 'provider'],
    'bytes',
    ({ counters }) => counters.traffic,
  ),
  ...DIMENSIONS.map((dimension) => {
    const labels: [string, keyof FamilySeries][] = [
      ['class', 'class'],
      ['direction', 'direction'],
      [dimension, 'key'],
    ];
    return family<FamilySeries>(
      dimensionMetric(dimension),
      labels.sort(([a], [b]) => (a < b ? -1 : 1)),
      'bytes',
      ({ counters }) => counters.families[dimension],
    );
  }),
  family<UncountedSeries>(
    UNCOUNTED_BYTES,
    ['direction', 'node', 'provider'],
    'bytes',
    ({ counters }) => counters.uncounted,
  ),
  family<InterfaceSeries>(INTERFACE_BYTES, ['direction', 'interface', 'role'], 'bytes', ({ interfaces }) => interfaces),
  family<CheckSeries>(HEALTH_CHECKS, ['node', 'provider'], 'checks', ({ checks = [] }) => checks),
  single(LOST_BYTES, ({ counters }) => counters.lost),
  directed(KERNEL_BYTES, ({ kernel }) => kernel),
  directed(KERNEL_RAW_BYTES, ({ raw }) => raw),
  single('flowcollect_kernel_up', ({ kernelUp }) => (kernelUp ? 1 : 0)),
  single('flowcollect_kernel_connections', ({ counters }) => counters.connections),
  single('flowcollect_kernel_memory_bytes', ({ counters }) => counters.memory),
  single('flowcollect_kernel_restarts_total', ({ counters }) => counters.restarts),
  versioned('flowcollect_kernel_info', ({ kernelVersion }) => kernelVersion),
  single('flowcollect_exporter_frames_total', (_, { frames }) => frames),
  frameSecondsLines,
  directed(CARRY_BYTES, ({ carry }) => carry),
  single('flowcollect_exporter_unobserved_seconds_total', (_, { unobserved }) => unobserved),
  family<{ readonly result: PushMetric; readonly count: number }>(
    'flowcollect_exporter_pushes_total',
    ['result'],
    'count',
    (_, { pushes }) => [...pushes].map(([result, count]) => ({ result, count })),
  ),
  single('flowcollect_exporter_logs_up', ({ logsUp }) => (logsUp ? 1 : 0)),
  single(`${RELOAD}_successful`, ({ reload }) => (reload.successful ? 1 : 0)),
  single(`${RELOAD}_success_timestamp_seconds`, ({ reload }) => reload.succeededAt / 1000),
  single('flowcollect_exporter_start_time_seconds', (_, { startedAt }) => startedAt / 1000),
  versioned('flowcollect_exporter_build_info', () => VERSION),
];

/**
 * Exposition text of the moment. Only what has a series, as the gateway renders it too: pushes that it would not change
 * it passes on as they came.
 */
export const renderMetrics = (moment: DeviceMoment, own: ProcessCounters): string =>
  METRICS.flatMap((lines) => lines(moment, own)).join('');

/** One device's metrics, as exposition text. */
interface DevicePage {
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
