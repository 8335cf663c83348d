import { type ExpositionFamily, type ExpositionSample, seriesKey } from '../core/exposition.ts';
import { escapeHelp, escapeLabelValue, readNumber, type SeriesHead } from '../core/exposition-line.ts';
import { METRICS, type MetricSpec, metricSpec } from '../core/metric-contract.ts';
import { valueProblem } from './contract-check.ts';
import { histogramProblem } from './histogram-check.ts';

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
   * The counters of the ledger, by series, of a push of this layout; undefined where it differs, or where a value is
   * none that may pass: then it must be read in full.
   */
  read(bytes: Uint8Array): ReadonlyMap<string, number> | undefined;
}

interface Slot {
  readonly spec: MetricSpec;
  readonly sample: ExpositionSample;
  /** Only of counters that must not fall. */
  readonly ledgerKey: string | undefined;
}

interface HistogramSlots {
  readonly family: ExpositionFamily;
  /** Index of its first slot. */
  readonly first: number;
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
  const histograms = histogramsOf(families);
  return {
    size: checked.length + 100 * slots.length,
    read: (bytes) => read(bytes, checked, ends, slots, histograms),
  };
}

function slotsOf(families: readonly ExpositionFamily[]): Slot[] {
  return families.flatMap(({ name, samples }) => {
    const spec = metricSpec(name);
    if (spec === undefined) return [];
    return samples.map((sample) => ({
      spec,
      sample,
      ledgerKey: spec.life === 'ledger' ? seriesKey(sample) : undefined,
    }));
  });
}

function histogramsOf(families: readonly ExpositionFamily[]): HistogramSlots[] {
  let first = 0;
  return families.flatMap((family) => {
    const at = first;
    first += family.samples.length;
    return family.type === 'histogram' ? [{ family, first: at }] : [];
  });
}

/** Where in the text's bytes each value begins and ends. */
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

function read(
  bytes: Uint8Array,
  checked: Uint8Array,
  ends: Int32Array,
  slots: readonly Slot[],
  histograms: readonly HistogramSlots[],
): ReadonlyMap<string, number> | undefined {
  const values = new Float64Array(slots.length);
  let at = 0;
  let from = 0;
  for (let index = 0; index < slots.length; index += 1) {
    const start = ends[2 * index] ?? 0;
    if (!isSame(bytes, at, checked, from, start)) return undefined;
    at += start - from;
    from = ends[2 * index + 1] ?? 0;
    const end = bytes.indexOf(NEWLINE, at);
    const value = readValue(bytes, at, end);
    if (value === undefined) return undefined;
    values[index] = value;
    at = end;
  }
  if (bytes.length - at !== checked.length - from || !isSame(bytes, at, checked, from, checked.length))
    return undefined;
  const ledger = new Map<string, number>();
  for (const [index, { spec, ledgerKey }] of slots.entries()) {
    const value = values[index] ?? Number.NaN;
    if (valueProblem(value, spec) !== undefined) return undefined;
    if (ledgerKey !== undefined) ledger.set(ledgerKey, value);
  }
  const good = histograms.every(({ family, first }) => {
    const samples = family.samples.map((sample, index) => ({ ...sample, value: values[first + index] ?? Number.NaN }));
    return histogramProblem({ ...family, samples }) === undefined;
  });
  return good ? ledger : undefined;
}

function isSame(bytes: Uint8Array, at: number, checked: Uint8Array, from: number, to: number): boolean {
  const shift = at - from;
  for (let index = from; index < to; index += 1) if (bytes[index + shift] !== checked[index]) return false;
  return true;
}

/** Digits alone, as nearly all are, without making a text of them. */
function readValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > 15 || end <= start) return end <= start ? undefined : readLongValue(bytes, start, end);
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = (bytes[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return readLongValue(bytes, start, end);
    value = 10 * value + digit;
  }
  return value;
}

/** Longer than any number that is written by rule is none. */
const MAX_DIGITS = 32;

function readLongValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > MAX_DIGITS) return undefined;
  return readNumber(String.fromCharCode(...bytes.subarray(start, end)));
}
