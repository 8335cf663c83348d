import { type ExpositionFamily, type ExpositionSample, seriesKey } from '../../core/exposition.ts';
import { MAX_LABEL_LENGTH, MAX_SERIES, type MetricSpec, metricSpec } from '../../core/metric-contract.ts';
import { ACCOUNTINGS, DIRECTIONS, TRAFFIC_CLASSES } from '../../core/traffic.ts';
import { type Refusal, refuse } from '../http/problem.ts';
import { histogramProblem } from './histogram-check.ts';
import { type LedgerCounters, ledgerCounters } from './ledger-counters.ts';

/** Beyond it a double no longer tells one byte from the next, and a poisoned counter could never be passed again. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;

/** A push that keeps to the contract. */
export interface CheckedPush {
  readonly kind: 'checked';
  /** HELP as the contract has it, families without samples left out. */
  readonly families: readonly ExpositionFamily[];
  readonly ledger: LedgerCounters;
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
 * @param pushed as parsed, which excludes a series that stands twice
 */
export function checkPush(pushed: readonly ExpositionFamily[]): CheckedPush | Refusal {
  const families: ExpositionFamily[] = [];
  const ledger: [string, number][] = [];
  let series = 0;
  for (const family of pushed) {
    const spec = metricSpec(family.name);
    if (spec?.owner !== 'exporter') return outside(`${family.name} is not a metric that devices push`);
    if (family.samples.length === 0) continue;
    if (family.type !== spec.type) return outside(`${family.name} must have the TYPE ${spec.type}, not ${family.type}`);
    series += family.samples.length;
    if (series > MAX_SERIES) return refuse('too_large', `a push may hold ${MAX_SERIES} series; this one has more`);
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
  return { kind: 'checked', families, ledger: ledgerCounters(ledger) };
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

function outside(message: string): Refusal {
  return refuse('not_in_contract', `${message}; both ends must be of one version of FlowCollect`);
}
