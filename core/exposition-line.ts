/** One sample: a line of the exposition text. */
export interface ExpositionSample {
  /** As written: for a histogram the family's name with `_bucket`, `_sum` or `_count`. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  /** Epoch milliseconds; absent where the line has none. */
  readonly timestamp?: number;
}

/** Ends the reading of a line by throwing. */
export type Fail = (problem: string) => never;

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const BLANKS = /[ \t]*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// No two neighbours take the same digit, so that a long text that fails does so in linear time.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** Whether a text is the name of a metric in full. */
export function isMetricName(text: string): boolean {
  return matchAt(METRIC_NAME, text, 0) === text && text !== '';
}

/** How much of a line is read; see `ExpositionLimits`. */
export interface LineLimits {
  readonly labels: number;
  readonly text: number;
}

const UNLIMITED: LineLimits = { labels: Infinity, text: Infinity };

/** What a line says besides value and timestamp. */
export type SeriesHead = Pick<ExpositionSample, 'name' | 'labels'>;

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

/** A number as Prometheus writes it, or undefined. Hexadecimal and what overflows to infinity are not taken. */
export function readNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^nan$/i.test(text) ? Number.NaN : undefined;
}

/** A number as {@link readNumber} gets it back, -0 included. */
export function writeNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Takes `\\` and `\n` (and `\"` in a label's value) back; any other escape fails. */
export function unescapeHelp(text: string, fail: Fail): string {
  return text.replace(/\\(.?)/g, (_, escaped: string) => unescapeOne(escaped, false, fail));
}

export function escapeHelp(text: string): string {
  return !/[\\\n]/.test(text) ? text : text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

export function escapeLabelValue(text: string): string {
  return !/["\\\n]/.test(text) ? text : escapeHelp(text).replaceAll('"', '\\"');
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
    if (labels.has(name)) fail(`the label ${name} stands twice`);
    if (labels.size >= most.labels) fail(`there are more than ${most.labels} labels`);
    at = skipBlanks(line, at + name.length);
    if (line[at] !== '=') fail(`the label ${name} must be followed by "="`);
    at = skipBlanks(line, at + 1);
    if (line[at] !== '"') fail(`the value of label ${name} must stand in double quotes`);
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
  return fail(`a backslash may stand before ${inLabel ? '\\, n and "' : '\\ and n'} only`);
}

function skipBlanks(line: string, at: number): number {
  return at + matchAt(BLANKS, line, at).length;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
