import {
  type ExpositionFamily,
  type ExpositionSample,
  readNumber,
  renderExposition,
  seriesKey,
} from '../../core/exposition.ts';
import { ExpositionError, parseExposition } from '../../core/exposition-parser.ts';
import { MAX_LABEL_LENGTH, MAX_SERIES, METRICS, type MetricSpec, metricSpec } from '../../core/metric-contract.ts';
import { ACCOUNTINGS, DIRECTIONS, TRAFFIC_CLASSES } from '../../core/traffic.ts';
import { type HttpProblem, httpProblem } from '../http/problem.ts';

/** Beyond it a double no longer tells one byte from the next, and a poisoned counter could never be passed again. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;

/** A push that keeps to the contract. */
export interface CheckedPush {
  readonly kind: 'checked';
  /** HELP as the contract has it, families without samples left out. */
  readonly families: readonly ExpositionFamily[];
  /** The families, rendered. */
  readonly text: Buffer;
  readonly ledger: RisingCounters;
}

/** Of a bucket of a histogram `le` is one. */
const MOST_LABELS = 1 + Math.max(...METRICS.map(({ labels }) => labels.length));

/** Ends the reading of a body that is refused anyway. */
class RefusedError extends Error {
  readonly problem: HttpProblem;

  constructor(problem: HttpProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** What a body says, held to the contract while it is read. @param bytes UTF-8 exposition text */
export function parsePush(bytes: Uint8Array): CheckedPush | HttpProblem {
  let text: string;
  try {
    // A BOM is kept: it is no part of exposition text and the parser says so.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return httpProblem('bad_body', 'the body is not UTF-8 text');
  }
  let series = 0;
  try {
    return checkPush(
      parseExposition(text, {
        family(name) {
          if (metricSpec(name)?.owner !== 'exporter') throw new RefusedError(unknownFamily(name));
        },
        sample() {
          series += 1;
          if (series > MAX_SERIES) throw new RefusedError(tooManySeries());
        },
        labels: MOST_LABELS,
        text: 2 * MAX_LABEL_LENGTH,
      }),
    );
  } catch (error) {
    if (error instanceof RefusedError) return error.problem;
    if (!(error instanceof ExpositionError)) throw error;
    return httpProblem('not_exposition', `the body is not exposition text: ${error.message.slice(0, 300)}`);
  }
}

/** Labels whose values are a fixed vocabulary. */
const VOCABULARY: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['class', TRAFFIC_CLASSES],
  ['direction', DIRECTIONS],
  ['accounting', ACCOUNTINGS],
]);

/**
 * Holds what a device pushed to the metric contract, so that what is stored cannot disagree between devices: known
 * families of the right type with the contract's labels, no timestamps, possible values, bounded sizes.
 *
 * @param pushed as parsed, which excludes a series that appears twice
 */
export function checkPush(pushed: readonly ExpositionFamily[]): CheckedPush | HttpProblem {
  const families: ExpositionFamily[] = [];
  const ledger: [string, number][] = [];
  let series = 0;
  for (const family of pushed) {
    const spec = metricSpec(family.name);
    if (spec?.owner !== 'exporter') return unknownFamily(family.name);
    if (family.samples.length === 0) continue;
    if (family.type !== spec.type) return outside(`${family.name} must have the TYPE ${spec.type}, not ${family.type}`);
    series += family.samples.length;
    if (series > MAX_SERIES) return tooManySeries();
    for (const sample of family.samples) {
      const problem = sampleProblem(sample, spec);
      if (problem !== undefined) return outside(`${seriesKey(sample).slice(0, 300)} ${problem}`);
      if (spec.life === 'ledger') ledger.push([seriesKey(sample), sample.value]);
    }
    const problem = spec.type === 'histogram' ? histogramProblem(family) : undefined;
    if (problem !== undefined) return outside(`${family.name} ${problem}`);
    families.push({ ...family, help: spec.help });
  }
  if (families.length === 0) return outside('the push holds no series');
  return { kind: 'checked', families, text: Buffer.from(renderExposition(families)), ledger: risingCounters(ledger) };
}

function sampleProblem({ name, labels, value, timestamp }: ExpositionSample, spec: MetricSpec): string | undefined {
  if (timestamp !== undefined) return 'has a timestamp; Prometheus sets the time';
  const bucket = spec.type === 'histogram' && name.endsWith('_bucket');
  const expected = bucket ? [...spec.labels, 'le'] : spec.labels;
  if (labels.size !== expected.length || !expected.every((label) => labels.has(label))) {
    return `must have the labels ${expected.length === 0 ? '(none)' : expected.join(', ')} and no other`;
  }
  for (const [label, text] of labels) {
    if (text.length > MAX_LABEL_LENGTH) return `has a label ${label} longer than ${MAX_LABEL_LENGTH} characters`;
    const words = VOCABULARY.get(label);
    if (words !== undefined && !words.includes(text)) return `has a label ${label} that is none of ${words.join(', ')}`;
  }
  return valueProblem(value, spec);
}

/** What is wrong with a value, alone and whatever came before; undefined for one that may pass. */
export function valueProblem(value: number, { type }: MetricSpec): string | undefined {
  if (!Number.isFinite(value)) return 'is not a finite number';
  if (type !== 'gauge' && (value < 0 || value > MAX_COUNT)) return `must count from 0 to ${MAX_COUNT}`;
  return undefined;
}

const tooManySeries = (): HttpProblem =>
  httpProblem('too_large', `a push may hold ${MAX_SERIES} series; this one has more`);

const unknownFamily = (name: string): HttpProblem => outside(`${name.slice(0, 100)} is not a metric that devices push`);

function outside(message: string): HttpProblem {
  return httpProblem('not_in_contract', `${message}; both ends must be of one version of FlowCollect`);
}

/**
 * What is wrong with a histogram without labels of its own, or undefined: bounds that rise (two spellings of one
 * number would become one series twice), counts that do not fall, an infinite bucket equal to the count, and a sum.
 */
function histogramProblem({ name, samples }: ExpositionFamily): string | undefined {
  const buckets = samples.filter((each) => each.name === `${name}_bucket`);
  let bound = Number.NEGATIVE_INFINITY;
  for (const { labels } of buckets) {
    const next = readNumber(labels.get('le') ?? '') ?? Number.NaN;
    if (!(next > bound)) return 'has buckets whose bounds do not rise';
    bound = next;
  }
  if (bound !== Number.POSITIVE_INFINITY) return 'has no bucket le="+Inf"';
  const problem = countsProblem(
    buckets.map(({ value }) => value),
    samples.find((each) => each.name === `${name}_count`)?.value,
  );
  if (problem !== undefined) return problem;
  return samples.some((each) => each.name === `${name}_sum`) ? undefined : 'has no sum';
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
