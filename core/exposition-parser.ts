import {
  EXPOSITION_TYPES,
  type ExpositionFamily,
  type ExpositionSample,
  type ExpositionType,
  readNumber,
  type SeriesHead,
  seriesKey,
} from './exposition.ts';

/** A surrogate without its partner, which no UTF-8 text can hold. */
const UNPAIRED = /\p{Cs}/u;

/** Ends the reading of a line by throwing. */
type Fail = (problem: string) => never;

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
interface ExpositionLimits {
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
 * Prometheus where leniency would hide a defect: a family's lines are together with HELP and TYPE before its
 * samples, no series appears twice, buckets have a readable `le`, the text ends with a newline. Comments and empty
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
    if (families.has(name)) fail(`the lines of ${name} are not together`);
    limits.family(name);
    family = { name, type: undefined, help: undefined, samples: [] };
    families.set(name, family);
    return family;
  };
  const describe = (keyword: 'HELP' | 'TYPE', rest: string): void => {
    const [, name = '', content = ''] = /^([^ \t]*)[ \t]*(.*)$/su.exec(rest) ?? [];
    if (!isMetricName(name)) fail(`${keyword} must name a metric`);
    const described = open(name);
    if (described.samples.length > 0) fail(`${keyword} of ${name} must come before its samples`);
    if (described[keyword === 'HELP' ? 'help' : 'type'] !== undefined) fail(`${keyword} of ${name} appears twice`);
    if (content.length > limits.text) fail(`${keyword} of ${name} is too long`);
    if (keyword === 'HELP') described.help = unescapeHelp(content, fail);
    else described.type = EXPOSITION_TYPES.find((type) => type === content) ?? fail(`${name} has an unknown TYPE`);
  };
  const add = (sample: ExpositionSample): void => {
    const into = family !== undefined && belongs(sample.name, family) ? family : open(sample.name);
    if (!belongs(sample.name, into)) fail(`${sample.name} cannot be a sample of a ${into.type} of that name`);
    checkReserved(sample, into, fail);
    limits.sample();
    const key = seriesKey(sample);
    if (series.has(key)) fail(`the series ${key} appears twice`);
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

type LineLimits = Pick<ExpositionLimits, 'labels' | 'text'>;

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

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const BLANKS = /[ \t]*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a text is the name of a metric in full. */
function isMetricName(text: string): boolean {
  return matchAt(METRIC_NAME, text, 0) === text && text !== '';
}

/**
 * Reads `name{label="value",…} value [timestamp]`.
 *
 * @param line without its newline
 */
export function readSample(line: string, fail: Fail, most: LineLimits = UNLIMITED): ExpositionSample {
  const name = matchAt(METRIC_NAME, line, 0);
  if (name === '') fail('a sample must begin with the name of its metric');
  const at = skipBlanks(line, name.length);
  if (line[at] !== '{') return readValues({ name, labels: new Map() }, line.slice(at), fail);
  const read = readLabels(line, at + 1, fail, most);
  return readValues({ name, labels: read.labels }, line.slice(read.at), fail);
}

function readValues({ name, labels }: SeriesHead, text: string, fail: Fail): ExpositionSample {
  const [value, timestamp, ...rest] = text.split(/[ \t]+/).filter((part) => part !== '');
  if (value === undefined) return fail(`${name} has no value`);
  if (rest.length > 0) return fail(`${name} has more than a value and a timestamp`);
  const sample = { name, labels, value: readNumber(value) ?? fail(`${name} has a value that is not a number`) };
  if (timestamp === undefined) return sample;
  const time = Number(timestamp);
  if (!/^-?\d+$/.test(timestamp) || !Number.isSafeInteger(time))
    fail(`${name} has a timestamp that is no whole number`);
  return { ...sample, timestamp: time };
}

/** Takes `\\` and `\n` (and `\"` in a label's value) back; any other escape fails. */
function unescapeHelp(text: string, fail: Fail): string {
  return text.replace(/\\(.?)/g, (_, escaped: string) => unescapeOne(escaped, false, fail));
}

function readLabels(
  line: string,
  start: number,
  fail: Fail,
  most: LineLimits,
): { labels: Map<string, string>; at: number } {
  const labels = new Map<string, string>();
  let at = skipBlanks(line, start);
  while (line[at] !== '}') {
    const name = matchAt(LABEL_NAME, line, at);
    if (name === '') fail('a label must have a name, or the labels must end with "}"');
    if (name === '__name__') fail('the label __name__ is the name of the metric itself');
    if (labels.has(name)) fail(`the label ${name} appears twice`);
    if (labels.size >= most.labels) fail(`there are more than ${most.labels} labels`);
    at = skipBlanks(line, at + name.length);
    if (line[at] !== '=') fail(`the label ${name} must be followed by "="`);
    at = skipBlanks(line, at + 1);
    if (line[at] !== '"') fail(`the value of label ${name} must be in double quotes`);
    const read = readLabelValue(line, at + 1, fail, most);
    labels.set(name, read.value);
    at = skipBlanks(line, read.at);
    if (line[at] === ',') at = skipBlanks(line, at + 1);
    else if (line[at] !== '}') fail(`after the label ${name} "," or "}" must follow`);
  }
  return { labels, at: at + 1 };
}

/** Unescaped at once: of a text that is put together piece by piece V8 keeps every piece. */
function readLabelValue(line: string, start: number, fail: Fail, most: LineLimits): { value: string; at: number } {
  let at = start;
  let escaped = false;
  for (let code = line.charCodeAt(at); code !== QUOTE; code = line.charCodeAt(at)) {
    if (Number.isNaN(code)) fail("a label's value does not end with a double quote");
    if (at - start > most.text) fail("a label's value is too long");
    escaped ||= code === BACKSLASH;
    at += code === BACKSLASH ? 2 : 1;
  }
  const raw = line.slice(start, at);
  const value = escaped ? raw.replace(/\\(.)/gsu, (_, sign: string) => unescapeOne(sign, true, fail)) : raw;
  return { value, at: at + 1 };
}

function unescapeOne(escaped: string, inLabel: boolean, fail: Fail): string {
  if (escaped === '\\') return '\\';
  if (escaped === 'n') return '\n';
  if (escaped === '"' && inLabel) return '"';
  return fail(`a backslash may come before ${inLabel ? '\\, n and "' : '\\ and n'} only`);
}

function skipBlanks(line: string, at: number): number {
  return at + matchAt(BLANKS, line, at).length;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
