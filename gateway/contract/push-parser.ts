import { deviceKey, type UserDevice } from '../../core/device-id.ts';
import { type ExpositionFamily, readNumber, writeNumber } from '../../core/exposition.ts';
import { type MetricSpec, metricSpec } from '../../core/metric-contract.ts';
import type { HttpProblem } from '../http/problem.ts';

/** A push that keeps to the contract, as it was read in full. */
export interface CheckedPush {
  readonly kind: 'checked';
  /** HELP as the contract has it, families without samples left out. */
  readonly families: readonly ExpositionFamily[];
  /** The families, rendered. */
  readonly text: Buffer;
  readonly ledger: RisingCounters;
}

/** A push that keeps to the contract, as it is kept and passed on. */
export interface ParsedPush {
  readonly kind: 'parsed';
  /** What `parsePush` renders of it. */
  readonly text: Buffer;
  /** The text as gzip data, where the device pushed it so. */
  readonly packed?: Buffer | undefined;
  readonly ledger: RisingCounters;
}

/** What a body says, held to the contract while it is read. @param bytes UTF-8 exposition text */
type ParsePush = (bytes: Uint8Array) => CheckedPush | HttpProblem;

/** Layouts of a thousand devices or two, each as large as what it pushes. */
const MAX_LAYOUT_BYTES = 96 * 2 ** 20;

/**
 * Parses pushes and holds them to the contract. A device pushes the same lines again and again, only their numbers
 * change: what was parsed once leaves its layout, and the next push of the device is compared with that byte by byte.
 * What differs in more than numbers goes through `parsePush`, which alone says what a good push is; the layout
 * finds the same, ten times as fast.
 *
 * @param parsePush reads a push in full
 * @param maxLayoutBytes beyond it all layouts are forgotten
 */
export function createPushParser(parsePush: ParsePush, maxLayoutBytes = MAX_LAYOUT_BYTES) {
  const layouts = new Map<string, PushLayout>();
  let layoutBytes = 0;

  function remember(key: string, layout: PushLayout | undefined): void {
    layoutBytes -= layouts.get(key)?.size ?? 0;
    layouts.delete(key);
    if (layout === undefined || layout.size > maxLayoutBytes) return;
    if (layoutBytes + layout.size > maxLayoutBytes) {
      layouts.clear();
      layoutBytes = 0;
    }
    layouts.set(key, layout);
    layoutBytes += layout.size;
  }

  return {
    /**
     * @param bytes must not change afterwards
     * @param packed the same as gzip data
     */
    parse(device: UserDevice, bytes: Buffer, packed?: Buffer): ParsedPush | HttpProblem {
      const key = deviceKey(device);
      const ledger = layouts.get(key)?.read(bytes);
      if (ledger !== undefined) return { kind: 'parsed', text: bytes, packed, ledger };
      const checked = parsePush(bytes);
      if (checked.kind === 'refused') return checked;
      const layout = createPushLayout(bytes, checked);
      remember(key, layout);
      const { text } = checked;
      return { kind: 'parsed', text, packed: layout === undefined ? undefined : packed, ledger: checked.ledger };
    },
  };
}

/** All of a push but its values. */
export interface PushLayout {
  /** Bytes that it holds on to, about. */
  readonly size: number;
  /**
   * The counters of the ledger, of a push that `parsePush` would take and render to these very bytes; undefined
   * where that is not sure.
   */
  read(bytes: Uint8Array): RisingCounters | undefined;
}

/** Where things are in a push. A slot is a sample, by its place among all of the push. */
interface Shape {
  readonly text: Uint8Array;
  /** Where in the text the value of each slot begins and ends. */
  readonly ends: Int32Array;
  readonly specs: readonly MetricSpec[];
  readonly ledgerSlots: readonly number[];
  /** The series of the ledger's slots. */
  readonly series: readonly string[];
  /** Slots of the buckets and of the count of each histogram; its bounds do not change. */
  readonly histograms: readonly { readonly buckets: readonly number[]; readonly count: number }[];
}

const NEWLINE = 0x0a;

/** The layout of a push that `parsePush` took, or undefined where it was rendered to other bytes. */
export function createPushLayout(bytes: Buffer, { text, families, ledger }: CheckedPush): PushLayout | undefined {
  if (!text.equals(bytes)) return undefined;
  const samples = families.flatMap(({ name, samples: own }) =>
    own.map((sample) => ({ spec: metricSpec(name), sample })),
  );
  const specs = samples.flatMap(({ spec }) => spec ?? []);
  const named = (name: string): number[] => samples.flatMap(({ sample }, slot) => (sample.name === name ? [slot] : []));
  const shape = {
    text,
    ends: findValues(text.toString()),
    specs,
    ledgerSlots: specs.flatMap(({ life }, slot) => (life === 'ledger' ? [slot] : [])),
    series: ledger.series,
    histograms: families
      .filter(({ type }) => type === 'histogram')
      .map(({ name }) => ({ buckets: named(`${name}_bucket`), count: named(`${name}_count`)[0] ?? -1 })),
  };
  return { size: text.length + 100 * samples.length, read: (next) => readLedger(next, shape) };
}

/** Every line of a rendered text that is no comment ends in its value, which has no character beyond ASCII. */
function findValues(text: string): Int32Array {
  const ends: number[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const end = at + Buffer.byteLength(line);
    if (line !== '' && !line.startsWith('#')) ends.push(end - (line.length - line.lastIndexOf(' ') - 1), end);
    at = end + 1;
  }
  return Int32Array.from(ends);
}

function readLedger(bytes: Uint8Array, shape: Shape): RisingCounters | undefined {
  const values = readValues(bytes, shape);
  if (values === undefined) return undefined;
  for (const { buckets, count } of shape.histograms) {
    const counts = buckets.map((slot) => values[slot] ?? Number.NaN);
    if (countsProblem(counts, values[count]) !== undefined) return undefined;
  }
  return { series: shape.series, values: shape.ledgerSlots.map((slot) => values[slot] ?? Number.NaN) };
}

/** What is between the values is compared, what they are is read. */
function readValues(bytes: Uint8Array, { text, ends, specs }: Shape): Float64Array | undefined {
  const values = new Float64Array(specs.length);
  let at = 0;
  let from = 0;
  for (const [slot, spec] of specs.entries()) {
    const start = ends[2 * slot] ?? 0;
    if (!isSame(bytes, at, text, from, start)) return undefined;
    at += start - from;
    from = ends[2 * slot + 1] ?? 0;
    // Digits alone, as nearly all values are, without making a text of them.
    let end = at;
    let value = 0;
    for (let digit = digitAt(bytes, end); digit >= 0 && digit <= 9; digit = digitAt(bytes, end)) {
      value = 10 * value + digit;
      end += 1;
    }
    const isPlain = bytes[end] === NEWLINE && end > at && end - at <= MAX_PLAIN_DIGITS;
    if (!isPlain || (bytes[at] === ZERO && end > at + 1)) {
      end = bytes.indexOf(NEWLINE, at);
      const other = readValue(bytes, at, end);
      if (other === undefined || valueProblem(other, spec) !== undefined) return undefined;
      value = other;
    }
    values[slot] = value;
    at = end;
  }
  const isWhole = bytes.length - at === text.length - from && isSame(bytes, at, text, from, text.length);
  return isWhole ? values : undefined;
}

const ZERO = 0x30;
const digitAt = (bytes: Uint8Array, index: number): number => (bytes[index] ?? 0) - ZERO;

function isSame(bytes: Uint8Array, at: number, text: Uint8Array, from: number, to: number): boolean {
  const shift = at - from;
  for (let index = from; index < to; index += 1) if (bytes[index + shift] !== text[index]) return false;
  return true;
}

/** No more than these are a whole number that any metric may have. */
const MAX_PLAIN_DIGITS = 15;
/** No number is rendered longer. */
const MAX_LENGTH = 32;

/** A number that is written as it would be rendered. */
function readValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end <= start || end - start > MAX_LENGTH) return undefined;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  const value = readNumber(text);
  return value !== undefined && writeNumber(value) === text ? value : undefined;
}

/** Beyond it a double no longer tells one byte from the next, and a poisoned counter could never be passed again. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;

/** What is wrong with a value, alone and whatever came before; undefined for one that may pass. */
export function valueProblem(value: number, { type }: MetricSpec): string | undefined {
  if (!Number.isFinite(value)) return 'is not a finite number';
  if (type !== 'gauge' && (value < 0 || value > MAX_COUNT)) return `must count from 0 to ${MAX_COUNT}`;
  return undefined;
}

/**
 * What is wrong with the counts of buckets alone, bounds rising to infinity.
 *
 * @param total the histogram's count, which may be missing
 */
export function countsProblem(counts: readonly number[], total: number | undefined): string | undefined {
  let before = 0;
  for (const count of counts) {
    if (count < before) return 'has buckets whose counts fall';
    before = count;
  }
  return total === before ? undefined : 'has no count equal to its buckets';
}

/** The counters of a push that must not fall. Two lists, which cost a fraction of what a map costs to make and to keep. */
export interface RisingCounters {
  /** No series twice; the same array for pushes of the same layout. */
  readonly series: readonly string[];
  /** Of each series. */
  readonly values: readonly number[];
}

export function risingCounters(counters: Iterable<readonly [string, number]>): RisingCounters {
  const pairs = [...counters];
  return { series: pairs.map(([series]) => ownText(series)), values: pairs.map(([, value]) => value) };
}

/** The same text on its own: one that is cut out of a body, or put together of such, keeps the whole body in memory. */
const ownText = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** Of a text besides its characters, its place in a list and its value; as measured. */
const SERIES_BYTES = 68;
const ledgerSizes = new WeakMap<readonly string[], number>();

/** What these counters take in memory, about: texts that are not ASCII have two bytes for each character. */
export function ledgerBytes({ series }: RisingCounters): number {
  let bytes = ledgerSizes.get(series);
  if (bytes === undefined) {
    bytes = series.reduce((sum, { length }) => sum + SERIES_BYTES + length, 0);
    for (const text of series) if (/\P{ASCII}/u.test(text)) bytes += text.length;
    ledgerSizes.set(series, bytes);
  }
  return bytes;
}

/** The values that other counters have of these series, in their order; `undefined` where they have none. */
export function valuesFor(
  series: readonly string[],
  { series: own, values }: RisingCounters,
): readonly (number | undefined)[] {
  if (own === series) return values;
  const found = new Map(own.map((each, index) => [each, values[index]]));
  return series.map((each) => found.get(each));
}
