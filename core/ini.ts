import { type Text, UserFacingError } from './language.ts';
import { TEXTS } from './texts.ts';

/** One INI text, read: values as strings, with the line each was written on. */
export interface IniDocument {
  /** Section names as written, such as `client` or `user.alice`, in order. */
  readonly sections: readonly string[];
  /** The entries of a section; empty when there is no such section. */
  entries(section: string): ReadonlyMap<string, string>;
  /** The 1-based line of a section header or of a key; undefined when it is not there. */
  lineOf(section: string, key?: string): number | undefined;
  /** The 1-based line that ends a section: its header's, a key's or the last one of a value over several lines. */
  lastLineOf(section: string): number | undefined;
}

/** A line that is neither a section, a key, a comment nor a continuation; the message does not repeat it (it may hold a secret). */
export class IniSyntaxError extends UserFacingError {
  override readonly name = 'IniSyntaxError';
  readonly line: number;
  readonly problem: Text;

  constructor(line: number, problem: Text) {
    super(TEXTS.atLine(line, problem));
    this.line = line;
    this.problem = problem;
  }
}

const SECTION = /^\[([^\]"'=]+)\]\s*(?:[#;].*)?$/;
/** `["a.yaml"]="https://…"`: the next entry of a list that began on an earlier line. */
const KEYED_CONTINUATION = /^\[[^\]]*\]\s*=/;
const QUOTED = /^(["'])(.*)\1$/s;

/**
 * Reads an INI text as users of the seed write it: a BOM, CRLF, comments (`#` or `;`) only at the start of a line so
 * that URLs and secrets may hold both, values over several lines (a value that ends in a comma goes on), and
 * surrounding quotes that are not part of a value unless the value is a list.
 *
 * @throws IniSyntaxError with the line
 */
export function readIni(text: string): IniDocument {
  const sections = new Map<string, Map<string, string>>();
  const lines = new Map<string, number>();
  const lastLines = new Map<string, number>();
  let section = '';
  let open: { key: string; value: string } | undefined;

  const close = (): void => {
    if (open !== undefined) sections.get(section)?.set(open.key, unquote(open.value));
    open = undefined;
  };

  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((raw, index) => {
      const number = index + 1;
      const line = raw.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
      if (open !== undefined && (open.value.endsWith(',') || line.startsWith(',') || KEYED_CONTINUATION.test(line))) {
        open.value += `\n${line}`;
        lastLines.set(section, number);
        return;
      }
      close();
      const header = SECTION.exec(line);
      if (header?.[1] !== undefined) {
        section = header[1].trim();
        if (!sections.has(section)) sections.set(section, new Map());
        if (!lines.has(section)) lines.set(section, number);
        lastLines.set(section, number);
        return;
      }
      if (line.startsWith('[')) throw new IniSyntaxError(number, TEXTS.iniSectionHeader);
      const equals = line.indexOf('=');
      if (equals < 1) throw new IniSyntaxError(number, /[＝［]/.test(line) ? TEXTS.iniFullWidth : TEXTS.iniLine);
      if (section === '') throw new IniSyntaxError(number, TEXTS.iniKeyFirst);
      const key = line.slice(0, equals).trim();
      const position = `${section}\0${key}`;
      const first = lines.get(position);
      if (first !== undefined) throw new IniSyntaxError(number, TEXTS.iniTwice(key, section, first));
      lines.set(position, number);
      lastLines.set(section, number);
      open = { key, value: line.slice(equals + 1).trim() };
    });
  close();

  return {
    sections: [...sections.keys()],
    entries: (name) => sections.get(name) ?? new Map(),
    lineOf: (name, key) => lines.get(key === undefined ? name : `${name}\0${key}`),
    lastLineOf: (name) => lastLines.get(name),
  };
}

/** Takes one pair of surrounding quotes away, unless the value holds that quote inside too (a list of quoted items). */
function unquote(value: string): string {
  const quoted = QUOTED.exec(value);
  return quoted?.[1] !== undefined && quoted[2] !== undefined && !quoted[2].includes(quoted[1]) ? quoted[2] : value;
}

/**
 * An INI text with one key of a section set, all else as it was: comments, order, line ends. The section is added at
 * the end where it does not exist, the key below the section's last one where it does not: comments that follow may
 * belong to the next section.
 */
export function setKey(text: string, section: string, key: string, value: string): string {
  const document = readIni(text);
  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const lines = text.split(/\r\n|\n|\r/);
  const at = document.lineOf(section, key);
  const header = document.lineOf(section);
  const last = document.lastLineOf(section) ?? 0;
  if (at !== undefined) lines[at - 1] = `${key} = ${value}`;
  else if (header !== undefined) {
    // Behind a value that ends in a comma it would be part of that value.
    lines.splice(lines[last - 1]?.trimEnd().endsWith(',') ? header : last, 0, `${key} = ${value}`);
  } else {
    while (lines.at(-1)?.trim() === '') lines.pop();
    if (lines.length > 0) lines.push('');
    lines.push(`[${section}]`, `${key} = ${value}`, '');
  }
  return lines.join(newline);
}

/** An INI text without one key of a section. */
export function removeKey(text: string, section: string, key: string): string {
  const at = readIni(text).lineOf(section, key);
  if (at === undefined) return text;
  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const lines = text.split(/\r\n|\n|\r/);
  lines.splice(at - 1, 1);
  return lines.join(newline);
}

/**
 * What an edit changed, such as `[client] PushInterval`: names alone, since values may be secrets. Keys that came and
 * keys that went are among them; comments, order and spaces are not.
 *
 * @throws IniSyntaxError where one of the texts is none
 */
export function changedKeys(before: string, after: string): string[] {
  const [old, next] = [readIni(before), readIni(after)];
  return [...new Set([...old.sections, ...next.sections])].flatMap((section) => {
    const [was, is] = [old.entries(section), next.entries(section)];
    const keys = new Set([...was.keys(), ...is.keys()]);
    return [...keys].filter((key) => was.get(key) !== is.get(key)).map((key) => `[${section}] ${key}`);
  });
}
