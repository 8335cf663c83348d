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
import { type CheckedPush, countsProblem, risingCounters, valueProblem } from './push-parser.ts';

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
