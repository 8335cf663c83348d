import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DateTime } from 'luxon';
import type { Span } from '../play/records.ts';

/** What is wrong with a folder of days: the file, the line where there is one, and what to do. */
export class DaysError extends Error {
  override readonly name = 'DaysError';

  constructor(file: string, line: number | undefined, problem: string) {
    super(`${file}${line === undefined ? '' : `:${line}`}: ${problem}`);
  }
}

type Entry = Readonly<Record<string, unknown>>;

/** Numbers below are seconds since 1970, as milliseconds they would be of 1973 or before. */
const SECONDS_BELOW = 1e11;
/** Times before, and years from this on, are more likely a mistake or of another unit. */
const FIRST_MILLISECOND = 1e11;
const LAST_YEAR = 2200;
/** A time of day alone would be of today. */
const DATED = /^\d{4}-\d{2}-\d{2}(T|$)/;

/** One line of a file, read field by field. Fields that nobody asks for are left alone. */
export class Fields {
  readonly #entry: Entry;
  readonly #file: string;
  readonly #line: number;
  readonly #zone: string;

  /**
   * @param zone of times that name none
   * @throws DaysError when the line is no JSON object
   */
  constructor(text: string, file: string, line: number, zone: string) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new DaysError(
        file,
        line,
        'is no JSON; write one object a line, such as {"time":"2026-11-23T08:00:00+08:00"}',
      );
    }
    if (!isEntry(value)) throw new DaysError(file, line, 'is JSON, but no object in {}');
    this.#entry = value;
    this.#file = file;
    this.#line = line;
    this.#zone = zone;
  }

  /** @throws DaysError always */
  refuse(problem: string): never {
    throw new DaysError(this.#file, this.#line, problem);
  }

  /** The whole object. */
  entry(): Entry {
    return this.#entry;
  }

  /** Whether a field is there and not null. */
  has(name: string): boolean {
    return this.#entry[name] !== undefined && this.#entry[name] !== null;
  }

  text(name: string, otherwise?: string): string {
    const value = this.#entry[name] ?? otherwise;
    if (typeof value === 'string') return value;
    return this.refuse(value === undefined ? `${name}: is missing; it is a text` : `${name}: is no text in quotes`);
  }

  /** A text that says something. */
  name(name: string, otherwise?: string): string {
    const value = this.text(name, otherwise);
    return value.trim() === '' ? this.refuse(`${name}: is empty`) : value;
  }

  choice<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    const value = this.text(name, otherwise);
    const found = choices.find((each) => each === value);
    return found ?? this.refuse(`${name}: is ${JSON.stringify(value)}; it is one of ${choices.join(', ')}`);
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#entry[name] ?? otherwise;
    return typeof value === 'boolean' ? value : this.refuse(`${name}: is neither true nor false`);
  }

  /** A number of 0 or more that no digit is lost of. */
  count(name: string, otherwise?: number): number {
    const value = this.#entry[name] ?? otherwise;
    if (value === undefined) return this.refuse(`${name}: is missing; it is a number`);
    if (typeof value !== 'number' || !(value >= 0)) return this.refuse(`${name}: is no number of 0 or more`);
    return value <= Number.MAX_SAFE_INTEGER ? value : this.refuse(`${name}: is too large to be counted exactly`);
  }

  /** Epoch milliseconds. */
  time(name: string): number {
    if (!this.has(name)) return this.refuse(`${name}: is missing; ${TIMES}`);
    return this.#timeOf(this.#entry[name], name);
  }

  timeOrNull(name: string): number | null {
    return this.has(name) ? this.time(name) : null;
  }

  /** Entries of a list of objects; none where it is missing. */
  list(name: string): readonly Fields[] {
    const value = this.#entry[name] ?? [];
    if (!Array.isArray(value)) return this.refuse(`${name}: is no list in []`);
    return value.map((each) => new Fields(JSON.stringify(each), this.#file, this.#line, this.#zone));
  }

  /** `from` and `to`; without an end it goes on forever where that is allowed. */
  span({ endless = false } = {}): Span {
    const from = this.time('from');
    const to = endless && !this.has('to') ? Number.POSITIVE_INFINITY : this.time('to');
    return to < from ? this.refuse('to: is before from') : { from, to };
  }

  #timeOf(value: unknown, name: string): number {
    const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
    const written = typeof value === 'string' && DATED.test(value) ? value : '';
    const time =
      typeof number === 'number'
        ? number * (number < SECONDS_BELOW ? 1000 : 1)
        : DateTime.fromISO(written, { zone: this.#zone, setZone: true }).toMillis();
    if (Number.isNaN(time)) return this.refuse(`${name}: is no time; ${TIMES}`);
    if (time < FIRST_MILLISECOND) return this.refuse(`${name}: is no time after 1973; ${TIMES}`);
    if (time >= Date.UTC(LAST_YEAR)) return this.refuse(`${name}: is no time before ${LAST_YEAR}; ${TIMES}`);
    return time;
  }
}

const TIMES = 'write it like "2026-11-23T08:00:00+08:00", or as milliseconds since 1970';

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A folder of days. */
export interface DaysFolder {
  readonly path: string;
  /** Of times that name none. */
  readonly zone: string;
}

/**
 * Every line of a file, one after the other, so that no file need fit into memory. Empty lines are left out.
 *
 * @param needed whether the file must be there
 * @throws DaysError
 */
export async function* linesOf({ path, zone }: DaysFolder, file: string, needed: boolean): AsyncGenerator<Fields> {
  const full = join(path, file);
  if (!existsSync(full)) {
    if (needed) throw new DaysError(file, undefined, `is missing in ${path}; docs/verdict-days.md says what it holds`);
    return;
  }
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(full), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    const written = text.replace(/^\uFEFF/, '').trim();
    if (written !== '') yield new Fields(written, file, line, zone);
  }
}
