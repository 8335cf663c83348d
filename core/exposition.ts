import {
  type ExpositionSample,
  escapeHelp,
  escapeLabelValue,
  type Fail,
  isMetricName,
  readNumber,
  readSample,
  type SeriesHead,
  unescapeHelp,
  writeNumber,
} from './exposition-line.ts';

export type { ExpositionSample } from './exposition-line.ts';

/** A surrogate without its partner, which no UTF-8 text can hold. */
const UNPAIRED = /\p{Cs}/u;

const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;
export type ExpositionType = (typeof TYPES)[number];

/** One family of Prometheus' text format 0.0.4. */
export interface ExpositionFamily {
  readonly name: string;
  /** `untyped` where the text does not say. */
  readonly type: ExpositionType;
  /** Empty where the text has none. */
  readonly help: string;
  readonly samples: readonly ExpositionSample[];
}

/** A text that is not exposition text; `line` is 1-based and the message does not repeat values. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError';
  readonly line: number;
  readonly problem: string;

  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
    this.problem = problem;
  }
}

interface OpenFamily {
  readonly name: string;
  type: ExpositionType | undefined;
  help: string | undefined;
  readonly samples: ExpositionSample[];
}

/** What stops the reading of a text before all of it is in memory, which takes many times as much as the text. */
export interface ExpositionLimits {
  /** Called with the name of each family; may throw. */
  family(name: string): void;
  /** Called for each sample; may throw. */
  sample(): void;
  /** Of one sample. */
  readonly labels: number;
  /** Characters of a label's value or of a HELP, escapes and all. */
  readonly text: number;
}

const UNLIMITED: ExpositionLimits = { family() {}, sample() {}, labels: Infinity, text: Infinity };

/**
 * Reads Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), stricter than
 * Prometheus where leniency would hide a defect: a family's lines stand together with HELP and TYPE before its
 * samples, no series stands twice, buckets have a readable `le`, the text ends with a newline. Comments and empty
 * lines are skipped. Takes linear time.
 *
 * @throws ExpositionError with the line and what is wrong
 */
export function parseExposition(text: string, limits: ExpositionLimits = UNLIMITED): ExpositionFamily[] {
  const families = new Map<string, OpenFamily>();
  const series = new Set<string>();
  let family: OpenFamily | undefined;
  let number = 0;
  const fail: Fail = (problem) => {
    throw new ExpositionError(number, problem);
  };

  const open = (name: string): OpenFamily => {
    if (family?.name === name) return family;
    if (families.has(name)) fail(`the lines of ${name} do not stand together`);
    limits.family(name);
    family = { name, type: undefined, help: undefined, samples: [] };
    families.set(name, family);
    return family;
  };
  const describe = (keyword: 'HELP' | 'TYPE', rest: string): void => {
    const [, name = '', content = ''] = /^([^ \t]*)[ \t]*(.*)$/su.exec(rest) ?? [];
    if (!isMetricName(name)) fail(`${keyword} must name a metric`);
    const described = open(name);
    if (described.samples.length > 0) fail(`${keyword} of ${name} must stand before its samples`);
    if (described[keyword === 'HELP' ? 'help' : 'type'] !== undefined) fail(`${keyword} of ${name} stands twice`);
    if (content.length > limits.text) fail(`${keyword} of ${name} is too long`);
    if (keyword === 'HELP') described.help = unescapeHelp(content, fail);
    else described.type = TYPES.find((type) => type === content) ?? fail(`${name} has an unknown TYPE`);
  };
  const add = (sample: ExpositionSample): void => {
    const into = family !== undefined && belongs(sample.name, family) ? family : open(sample.name);
    if (!belongs(sample.name, into)) fail(`${sample.name} cannot be a sample of a ${into.type} of that name`);
    checkReserved(sample, into, fail);
    limits.sample();
    const key = seriesKey(sample);
    if (series.has(key)) fail(`the series ${key} stands twice`);
    series.add(key);
    into.samples.push(sample);
  };

  const wellFormed = !UNPAIRED.test(text);
  let next = 0;
  for (let at = 0; at < text.length; at = next) {
    number += 1;
    const end = text.indexOf('\n', at);
    if (end === -1) fail('the text must end with a newline');
    const line = text.slice(at, end);
    next = end + 1;
    if (!wellFormed && UNPAIRED.test(line)) fail('is not valid Unicode text');
    const content = line.replace(/^[ \t]+/, '');
    if (content === '') continue;
    if (!content.startsWith('#')) {
      add(readSample(content, fail, limits));
      continue;
    }
    const comment = /^#[ \t]*(?:(HELP|TYPE)[ \t]+(.*))?/su.exec(content);
    if (comment === null) continue;
    if (comment[1] === 'HELP' || comment[1] === 'TYPE') describe(comment[1], comment[2] ?? '');
  }
  return [...families.values()].map(({ name, type, help, samples }) => ({
    name,
    type: type ?? 'untyped',
    help: help ?? '',
    samples,
  }));
}

/**
 * Writes families as text that {@link parseExposition} reads back to the same families. HELP is left out where it is
 * empty, and labels are sorted.
 */
export function renderExposition(families: readonly ExpositionFamily[]): string {
  const lines: string[] = [];
  for (const { name, type, help, samples } of families) {
    if (help !== '') lines.push(`# HELP ${name} ${escapeHelp(help)}\n`);
    lines.push(`# TYPE ${name} ${type}\n`);
    for (const sample of samples) {
      const time = sample.timestamp === undefined ? '' : ` ${sample.timestamp}`;
      lines.push(`${seriesKey(sample)} ${writeNumber(sample.value)}${time}\n`);
    }
  }
  return lines.join('');
}

/** Keys once written: a series that is read, checked and rendered has its key asked for three times. */
const writtenKeys = new WeakMap<SeriesHead['labels'], { readonly name: string; readonly key: string }>();

/** What tells a series from any other: name and labels as text, the labels sorted by name. */
export function seriesKey({ name, labels }: SeriesHead): string {
  if (labels.size === 0) return name;
  const written = writtenKeys.get(labels);
  if (written?.name === name) return written.key;
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
  const key = `${name}{${sorted.map(([label, value]) => `${label}="${escapeLabelValue(value)}"`).join(',')}}`;
  writtenKeys.set(labels, { name, key });
  return key;
}

/** Whether a sample of this name is one of the family's: itself, or with the suffixes of its type. */
function belongs(name: string, family: OpenFamily): boolean {
  if (!name.startsWith(family.name)) return false;
  const suffix = name.slice(family.name.length);
  if (family.type === 'histogram') return suffix === '_bucket' || suffix === '_sum' || suffix === '_count';
  if (family.type === 'summary') return suffix === '' || suffix === '_sum' || suffix === '_count';
  return suffix === '';
}

function checkReserved(sample: ExpositionSample, family: OpenFamily, fail: Fail): void {
  const bucket = family.type === 'histogram' && sample.name.endsWith('_bucket');
  const quantile = family.type === 'summary' && sample.name === family.name;
  const label = bucket ? 'le' : quantile ? 'quantile' : undefined;
  if (label === undefined) return;
  const bound = readNumber(sample.labels.get(label) ?? '');
  if (bound === undefined) fail(`${sample.name} needs a label ${label} that is a number`);
}
