/** One sample: a line of the exposition text. */
export interface ExpositionSample {
  /** As written: for a histogram the family's name with `_bucket`, `_sum` or `_count`. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  /** Epoch milliseconds; absent where the line has none. */
  readonly timestamp?: number;
}

/** What a line says besides value and timestamp. */
export type SeriesHead = Pick<ExpositionSample, 'name' | 'labels'>;

export const EXPOSITION_TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;
export type ExpositionType = (typeof EXPOSITION_TYPES)[number];

/** One family of Prometheus' text format 0.0.4. */
export interface ExpositionFamily {
  readonly name: string;
  /** `untyped` where the text does not say. */
  readonly type: ExpositionType;
  /** Empty where the text has none. */
  readonly help: string;
  readonly samples: readonly ExpositionSample[];
}

/**
 * Writes families as text that `parseExposition` reads back to the same families. HELP is left out where it is
 * empty, and labels are sorted.
 */
export function renderExposition(families: readonly ExpositionFamily[]): string {
  const lines: string[] = [];
  for (const family of families) {
    lines.push(familyHead(family));
    for (const sample of family.samples) {
      const time = sample.timestamp === undefined ? '' : ` ${sample.timestamp}`;
      lines.push(`${seriesKey(sample)} ${writeNumber(sample.value)}${time}\n`);
    }
  }
  return lines.join('');
}

/** The lines before a family's samples: HELP, where it is not empty, and TYPE. */
export const familyHead = ({ name, type, help }: Omit<ExpositionFamily, 'samples'>): string =>
  `${help === '' ? '' : `# HELP ${name} ${escapeHelp(help)}\n`}# TYPE ${name} ${type}\n`;

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

// No two neighbours take the same digit, so that a long text that fails does so in linear time.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

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

export function escapeHelp(text: string): string {
  return !text.includes('\\') && !text.includes('\n') ? text : text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

export function escapeLabelValue(text: string): string {
  const escaped = escapeHelp(text);
  return escaped.includes('"') ? escaped.replaceAll('"', '\\"') : escaped;
}
