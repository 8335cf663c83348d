import { type ExpositionFamily, type ExpositionSample, seriesKey } from '../../core/exposition.ts';
import { escapeHelp, escapeLabelValue, readNumber, type SeriesHead } from '../../core/exposition-line.ts';
import { METRICS, type MetricSpec, metricSpec } from '../../core/metric-contract.ts';
import { valueProblem } from './contract-check.ts';
import { countsProblem } from './histogram-check.ts';
import type { LedgerCounters } from './ledger-counters.ts';

/**
 * All of a push but its values. A device pushes the same lines again and again, only their numbers change: once a push
 * was read and checked in full, the next is compared with it byte by byte, and what is left to read and to check are
 * numbers. The bytes between two numbers were written by the rule that the gateway itself writes by, so that such a
 * push is passed on as it came.
 */
export interface PushLayout {
  /** Bytes that it holds on to, about. */
  readonly size: number;
  /**
   * The counters of the ledger of a push of this layout; undefined where it differs, or where a value is none that may
   * pass: then it must be read in full.
   */
  read(bytes: Uint8Array): LedgerCounters | undefined;
}

interface Slot {
  readonly spec: MetricSpec;
  readonly sample: ExpositionSample;
}

/** The slots of a histogram whose bounds were found to be good. */
interface HistogramSlots {
  /** Of its buckets, as they follow each other. */
  readonly buckets: readonly number[];
  readonly count: number;
}

interface Shape {
  readonly slots: readonly Slot[];
  /** Where in the bytes each value begins and ends. */
  readonly ends: Int32Array;
  /** The slots of the ledger's counters, and their series. */
  readonly ledgerSlots: readonly number[];
  readonly ledgerSeries: readonly string[];
  readonly histograms: readonly HistogramSlots[];
}

const NEWLINE = 0x0a;

/** The comments that may stand in a layout: what the gateway writes itself, also before a family without series. */
const HEADERS: ReadonlySet<string> = new Set(
  METRICS.filter(({ owner }) => owner === 'exporter').flatMap(({ name, help, type }) => [
    `# HELP ${name} ${escapeHelp(help)}`,
    `# TYPE ${name} ${type}`,
  ]),
);

/**
 * The layout of a push that was checked, or undefined for one that is not written to the letter as the gateway would
 * write it, but for empty lines and the order of labels.
 *
 * @param text as it was pushed
 * @param families what was read of it and checked
 */
export function createPushLayout(text: string, families: readonly ExpositionFamily[]): PushLayout | undefined {
  const slots = slotsOf(families);
  const ends = findValues(text, slots);
  if (ends === undefined) return undefined;
  const checked = Buffer.from(text);
  const isLedger = ({ spec }: Slot): boolean => spec.life === 'ledger';
  const shape = {
    slots,
    ends,
    ledgerSlots: slots.flatMap((slot, index) => (isLedger(slot) ? [index] : [])),
    ledgerSeries: slots.filter(isLedger).map(({ sample }) => seriesKey(sample)),
    histograms: histogramsOf(families),
  };
  return { size: checked.length + 100 * slots.length, read: (bytes) => read(bytes, checked, shape) };
}

function slotsOf(families: readonly ExpositionFamily[]): Slot[] {
  return families.flatMap(({ name, samples }) => {
    const spec = metricSpec(name);
    return spec === undefined ? [] : samples.map((sample) => ({ spec, sample }));
  });
}

function histogramsOf(families: readonly ExpositionFamily[]): HistogramSlots[] {
  let first = 0;
  return families.flatMap(({ name, type, samples }) => {
    const at = first;
    first += samples.length;
    if (type !== 'histogram') return [];
    const buckets = samples.flatMap((sample, index) => (sample.name === `${name}_bucket` ? [at + index] : []));
    return [{ buckets, count: at + samples.findIndex((sample) => sample.name === `${name}_count`) }];
  });
}

function findValues(text: string, slots: readonly Slot[]): Int32Array | undefined {
  const ends = new Int32Array(2 * slots.length);
  let next = 0;
  let at = 0;
  for (const line of text.split('\n')) {
    const end = at + Buffer.byteLength(line);
    if (line !== '' && !HEADERS.has(line)) {
      const slot = slots[next];
      const head = slot === undefined ? undefined : `${headText(slot.sample)} `;
      if (head === undefined || !line.startsWith(head)) return undefined;
      if (readNumber(line.slice(head.length)) === undefined) return undefined;
      ends[2 * next] = at + Buffer.byteLength(head);
      ends[2 * next + 1] = end;
      next += 1;
    }
    at = end + 1;
  }
  return next === slots.length ? ends : undefined;
}

/** Like {@link seriesKey}, with the labels in the order in which they were read. */
function headText({ name, labels }: SeriesHead): string {
  if (labels.size === 0) return name;
  return `${name}{${[...labels].map(([label, value]) => `${label}="${escapeLabelValue(value)}"`).join(',')}}`;
}

function read(bytes: Uint8Array, checked: Uint8Array, shape: Shape): LedgerCounters | undefined {
  const values = readValues(bytes, checked, shape);
  if (values === undefined) return undefined;
  for (const { buckets, count } of shape.histograms) {
    const counts = buckets.map((slot) => values[slot] ?? Number.NaN);
    if (countsProblem(counts, values[count]) !== undefined) return undefined;
  }
  return { series: shape.ledgerSeries, values: shape.ledgerSlots.map((slot) => values[slot] ?? Number.NaN) };
}

/** What stands between the values is compared, what they are is read. */
function readValues(bytes: Uint8Array, checked: Uint8Array, { slots, ends }: Shape): Float64Array | undefined {
  const values = new Float64Array(slots.length);
  let at = 0;
  let from = 0;
  for (let index = 0; index < slots.length; index += 1) {
    const start = ends[2 * index] ?? 0;
    if (!isSame(bytes, at, checked, from, start)) return undefined;
    at += start - from;
    from = ends[2 * index + 1] ?? 0;
    // Digits alone, as nearly all values are, without making a text of them.
    let end = at;
    let value = 0;
    for (let digit = digitAt(bytes, end); digit >= 0 && digit <= 9; digit = digitAt(bytes, end)) {
      value = 10 * value + digit;
      end += 1;
    }
    if (bytes[end] !== NEWLINE || end === at || end - at > MAX_PLAIN_DIGITS) {
      end = bytes.indexOf(NEWLINE, at);
      const other = readValue(bytes, at, end);
      const slot = slots[index];
      if (other === undefined || slot === undefined || valueProblem(other, slot.spec) !== undefined) return undefined;
      value = other;
    }
    values[index] = value;
    at = end;
  }
  const isWhole = bytes.length - at === checked.length - from && isSame(bytes, at, checked, from, checked.length);
  return isWhole ? values : undefined;
}

const digitAt = (bytes: Uint8Array, index: number): number => (bytes[index] ?? 0) - 0x30;

function isSame(bytes: Uint8Array, at: number, checked: Uint8Array, from: number, to: number): boolean {
  const shift = at - from;
  for (let index = from; index < to; index += 1) if (bytes[index + shift] !== checked[index]) return false;
  return true;
}

/** No more than these are a whole number that any metric may have. */
const MAX_PLAIN_DIGITS = 15;
/** Longer than any number that is written by rule is none. */
const MAX_LENGTH = 32;

function readValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end <= start || end - start > MAX_LENGTH) return undefined;
  return readNumber(String.fromCharCode(...bytes.subarray(start, end)));
}
