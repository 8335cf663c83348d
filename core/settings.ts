import * as z from 'zod/mini';
import { type IniDocument, IniSyntaxError, readIni, shownKey } from './ini.ts';
import { LANGUAGES, type Language, type Text, textOf, translate, UserFacingError } from './language.ts';
import { isTimeOfDay, isTimeZone } from './local-day.ts';
import { nearest } from './nearest.ts';
import { isListKey, nearestSection } from './setting-names.ts';
import { TEXTS } from './texts.ts';

/** One thing that is wrong in a settings file; never holds the value, which may be a secret. */
export interface SettingsProblem {
  readonly section?: string;
  readonly key?: string;
  /** 1-based. */
  readonly line?: number;
  /** What is wrong and how to fix it. */
  readonly problem: Text;
}

/** All that is wrong in a settings file, at once; its message names file, line, section and key of each problem. */
export class SettingsError extends UserFacingError {
  override readonly name = 'SettingsError';
  readonly file: string;
  readonly problems: readonly SettingsProblem[];

  constructor(file: string, problems: readonly SettingsProblem[]) {
    super(textOf((language) => problems.map((each) => describeProblem(file, each, language)).join('\n')));
    this.file = file;
    this.problems = problems;
  }
}

/** `ClientSetting.ini:3: [client] DeviceID: is empty` */
export function describeProblem(
  file: string,
  { line, section, key, problem }: SettingsProblem,
  language: Language,
): string {
  const place = [section === undefined ? '' : `[${section}]`, key ?? ''].filter((part) => part !== '').join(' ');
  return `${file}${line === undefined ? '' : `:${line}`}: ${place === '' ? '' : `${place}: `}${translate(problem, language)}`;
}

/** Settings read from a file, with what should be said about them although they are usable. */
export interface SettingsRead<T> {
  readonly settings: T;
  readonly notices: readonly SettingsProblem[];
}

/** As somebody writes who expects comments behind values; in a value that is good, `Room #2` is no such thing. */
const COMMENT_IN_GOOD_VALUE = /[ \t][#;][ \t]/;
const COMMENT_IN_BAD_VALUE = /[ \t][#;]/;

/** What a Chinese input method writes in the place of ASCII; a name may well hold it. */
const WIDE = /[\uff01-\uff5e\u3000“”‘’、。]/;
const WIDE_QUOTES = /^(?:“.*”|‘.*’)$/s;

/**
 * Reads sections of one INI text through schemas, collecting every problem before it throws. Sections that no schema
 * was asked for are left alone: one file may serve several services.
 */
export class SettingsReader {
  readonly file: string;
  readonly document: IniDocument;
  readonly problems: SettingsProblem[] = [];
  readonly notices: SettingsProblem[] = [];

  /**
   * @param file named in errors
   * @throws SettingsError when the text is not an INI text
   */
  constructor(file: string, text: string) {
    this.file = file;
    try {
      this.document = readIni(text);
    } catch (error) {
      if (error instanceof IniSyntaxError) {
        throw new SettingsError(file, [{ line: error.line, problem: error.problem }]);
      }
      throw error;
    }
    for (const section of this.document.sections) {
      const near = nearestSection(section);
      if (near !== undefined) this.notice(section, undefined, TEXTS.unknownSection(near));
    }
  }

  /**
   * One section through a schema of its keys (all values arrive as text; an empty text counts as not set). A key that
   * the schema does not know becomes a notice, with the nearest known key.
   *
   * @returns the typed section, or undefined when it has problems (which {@link finish} throws)
   */
  section<S extends z.core.$ZodObject>(name: string, schema: S): z.output<S> | undefined {
    const known = Object.keys(schema._zod.def.shape);
    const input = new Map<string, string>();
    const entries = this.document.entries(name);
    for (const [written, value] of entries) {
      const key = known.find((each) => each === written || each.toLowerCase() === written.toLowerCase());
      if (key === undefined) {
        const near = nearest(written, known);
        const problem = near === undefined ? TEXTS.unknownKey : TEXTS.unknownKeyNear(near);
        this.notice(name, written, shownKey(written) === written ? problem : TEXTS.iniLine);
      } else if (entries.get(key) !== value) {
        this.notice(name, written, TEXTS.standsTwice(key));
      } else if (value !== '') {
        input.set(key, value);
      }
    }
    const parsed = z.safeParse(schema, Object.fromEntries(input));
    if (parsed.success) {
      for (const [key, value] of input) {
        if (COMMENT_IN_GOOD_VALUE.test(value)) this.notice(name, key, TEXTS.perhapsComment);
        if (WIDE_QUOTES.test(value) && !isListKey(key)) this.notice(name, key, TEXTS.wideQuotes);
      }
      return parsed.data;
    }
    for (const { path, code, message } of parsed.error.issues) {
      const key = String(path[0] ?? '');
      const value = input.get(key);
      if (value === undefined && code === 'invalid_type') this.problem(name, key, TEXTS.missing);
      else {
        const text = issueText(message);
        this.problem(name, key, COMMENT_IN_BAD_VALUE.test(value ?? '') ? TEXTS.commentInValue(text) : text);
      }
    }
    return undefined;
  }

  /** Adds a problem; where the value holds full-width characters, with that as what is perhaps wrong. */
  problem(section: string, key: string | undefined, problem: Text): void {
    const wide = key === undefined ? undefined : WIDE.exec(this.document.entries(section).get(key) ?? '')?.[0];
    this.problems.push({
      ...this.place(section, key),
      problem: wide === undefined ? problem : TEXTS.wideInValue(problem, wide),
    });
  }

  /** Adds what should be said of a setting although it is usable. */
  notice(section: string, key: string | undefined, problem: Text): void {
    this.notices.push({ ...this.place(section, key), problem });
  }

  /** @throws SettingsError when anything was wrong */
  finish<T>(settings: T | undefined): SettingsRead<T> {
    if (this.problems.length > 0 || settings === undefined) throw new SettingsError(this.file, this.problems);
    return { settings, notices: this.notices };
  }

  private place(section: string, key: string | undefined): Omit<SettingsProblem, 'problem'> & { section: string } {
    const line = this.document.lineOf(section, key) ?? this.document.lineOf(section);
    return {
      section,
      ...(key === undefined ? {} : { key: shownKey(key) }),
      ...(line === undefined ? {} : { line }),
    };
  }
}

const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 2 ** 10],
  ['mb', 2 ** 20],
  ['gb', 2 ** 30],
  ['tb', 2 ** 40],
]);

/** Between the languages of an issue's message; no text holds it. */
const SEAM = '\0';

/** A text as the message of a zod issue, which is one string: both languages in it. */
export function issue({ zh, en }: Text): string {
  return `${zh}${SEAM}${en}`;
}

/** The text that {@link issue} made a message of; a message of zod's own is English in both languages. */
export function issueText(message: string): Text {
  const [zh = '', en = zh] = message.split(SEAM);
  return { zh, en };
}

/**
 * A setting that is read from its text.
 *
 * @param read gives undefined where the text is none
 * @param problem what is wrong then
 */
export const readSetting = <T>(read: (text: string) => T | undefined, problem: Text) =>
  z.pipe(
    z.string(),
    z.transform((text: string, context): T => {
      const value = read(text);
      if (value !== undefined) return value;
      context.issues.push({ code: 'custom', message: issue(problem), input: text });
      return z.NEVER;
    }),
  );

/** A setting that is taken as it is written. @param holds whether it may be @param problem what is wrong otherwise */
const textSetting = (holds: (text: string) => boolean, problem: Text) =>
  z.string().check(z.refine(holds, { message: issue(problem) }));

/** A place for files. Below /proc none can be made, however often a program asks (proc(5)). */
export const pathSetting = () => textSetting((text) => !/^\/+(?:\.\/+)*proc(?:\/|$)/.test(text), TEXTS.belowProc);

const within = (value: number, min: number, max: number): number | undefined =>
  value >= min && value <= max ? value : undefined;

/** Text such as `1000` (milliseconds), `500ms`, `10s`, `6h` → milliseconds. */
export const durationSetting = (min: number, max: number) =>
  readSetting(
    (text) => {
      const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|)$/i.exec(text);
      if (match === null) return undefined;
      return within(Number(match[1]) * (DURATION_UNITS.get(match[2]?.toLowerCase() ?? '') ?? 1), min, max);
    },
    TEXTS.duration(min, max),
  );

/** Text such as `1048576`, `100MB`, `2 GB` (base 1024) → bytes. */
export const sizeSetting = () =>
  readSetting((text) => {
    const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b|)$/i.exec(text);
    const unit = SIZE_UNITS.get(match?.[2]?.toLowerCase().replace('i', '') ?? '');
    return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
  }, TEXTS.size);

/** `true`/`false`, `yes`/`no`, `on`/`off`, `1`/`0` → boolean. */
export const switchSetting = () =>
  readSetting((text) => {
    if (/^(true|yes|on|1)$/i.test(text)) return true;
    return /^(false|no|off|0)$/i.test(text) ? false : undefined;
  }, TEXTS.onOff);

export const numberSetting = (min: number, max: number) =>
  readSetting((text) => within(Number(text), min, max), TEXTS.number(min, max));

/** Text such as `a, b`, `"a", "b"` or `a，b` → `['a', 'b']`. */
export const listSetting = () =>
  z.pipe(
    z.string(),
    z.transform((text: string) =>
      text
        .split(/[,，；、\n]/)
        .map((item) => item.trim().replace(/^(?:"(.*)"|'(.*)'|“(.*)”|‘(.*)’)$/, '$1$2$3$4'))
        .filter((item) => item !== ''),
    ),
  );

/** A secret that goes out in a header, as UTF-8: anything but what would end or break the line. */
export const headerSetting = () =>
  textSetting((text) => !/\p{Cc}/u.test(text.replaceAll('\t', '')), TEXTS.headerCharacters);

export const timeZoneSetting = () => textSetting(isTimeZone, TEXTS.timeZone);

export const timeOfDaySetting = () => textSetting(isTimeOfDay, TEXTS.timeOfDay);

/** An absolute http(s) URL without its trailing slash; the message does not repeat it. */
export const httpUrlSetting = () =>
  readSetting((text) => {
    const protocol = URL.canParse(text) ? new URL(text).protocol : '';
    return protocol === 'http:' || protocol === 'https:' ? text.replace(/\/+$/, '') : undefined;
  }, TEXTS.address('http://127.0.0.1:9090'));

/** As {@link httpUrlSetting}, of a program that is asked without signing in: what cannot be sent must not pass for sent. */
export const serviceUrlSetting = () =>
  httpUrlSetting().check(
    z.refine((text) => /^https?:\/\/[^/@]*(?:\/|$)/i.test(text), { message: issue(TEXTS.noSignIn) }),
  );

/** Interface language. */
export const languageSetting = () => z.enum(LANGUAGES, { message: issue(TEXTS.language) });

/** How much a process logs. */
export const logLevelSetting = () =>
  z.enum(['debug', 'info', 'warn', 'error', 'silent'], { message: issue(TEXTS.logLevel) });

/** The settings that are set. */
export function withoutUndefined<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
