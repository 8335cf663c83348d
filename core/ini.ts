import { type Text, UserFacingError } from './language.ts';
import { isKnownKey, isListKey, isNamedListKey, sectionName } from './setting-names.ts';
import { TEXTS } from './texts.ts';

/** One INI text, read: values as strings, with the line each was written on. */
export interface IniDocument {
  /** Section names, such as `client` or `user.alice`, in order; of known ones, also written `[Client]`, the one spelling. */
  readonly sections: readonly string[];
  /** The entries of a section by their keys as written, found in any case; empty when there is no such section. */
  entries(section: string): ReadonlyMap<string, string>;
  /** The 1-based line of a section header or of a key; undefined when it is not there. */
  lineOf(section: string, key?: string): number | undefined;
  /** The 1-based line that ends a key's value, or a section: its header's or that of its last key. */
  lastLineOf(section: string, key?: string): number | undefined;
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
const KEYED_CONTINUATION = /^[[［【][^\]］】]*[\]］】]\s*[=＝]/;
const LIST_GOES_ON = /[,，；、]$/;
const LIST_WENT_ON = /^[,，、]/;
const KEY_LINE = /^(\w+)\s*[=＝]/;
const QUOTED = /^(["'])(.*)\1$/s;

/** Keys in any case; the spelling that is asked for goes first where a section has several. */
class Entries extends Map<string, string> {
  override get(key: string): string | undefined {
    return super.get(key) ?? super.get(sameKey(this.keys(), key) ?? key);
  }

  override has(key: string): boolean {
    return super.has(key) || sameKey(this.keys(), key) !== undefined;
  }
}

function sameKey(written: Iterable<string>, key: string): string | undefined {
  const lower = key.toLowerCase();
  return [...written].find((each) => each.toLowerCase() === lower);
}

interface Lines {
  readonly first: number;
  last: number;
}

/**
 * Reads an INI text as users of the earlier FlowCollect write it: a BOM, CRLF, comments (`#` or `;`) only at the start
 * of a line so that URLs and secrets may hold both, sections and keys in any case, and surrounding quotes that are not
 * part of a value unless the value is a list. A value is what is on its line; only keys that hold lists go on over
 * lines, up to the next key (a known one where items are `name=value` themselves), where a line ends in a comma, the
 * next one begins with one, or is `["name"]=…`.
 *
 * @throws IniSyntaxError with the line
 */
export function readIni(text: string): IniDocument {
  const sections = new Map<string, Entries>();
  const headers = new Map<string, Lines>();
  const keys = new Map<string, Map<string, Lines>>();
  let section = '';
  let open: { key: string; value: string; lines: Lines } | undefined;

  const close = (): void => {
    if (open !== undefined) sections.get(section)?.set(open.key, unquote(open.value));
    open = undefined;
  };
  const goesOn = (line: string): boolean => {
    if (open === undefined || !isListKey(open.key)) return false;
    if (KEYED_CONTINUATION.test(line) || LIST_WENT_ON.test(line)) return true;
    const key = KEY_LINE.exec(line)?.[1];
    const endsHere = key !== undefined && (isKnownKey(key) || !isNamedListKey(open.key));
    return LIST_GOES_ON.test(open.value) && !SECTION.test(line) && !endsHere;
  };

  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((raw, index) => {
      const number = index + 1;
      const line = raw.trim();
      if (line === '' || /^[#;＃；]/.test(line)) return;
      if (open !== undefined && goesOn(line)) {
        open.value += `\n${line}`;
        open.lines.last = number;
        return;
      }
      close();
      const header = SECTION.exec(line);
      if (header?.[1] !== undefined) {
        section = sectionName(header[1].trim());
        if (!sections.has(section)) sections.set(section, new Entries());
        const first = headers.get(section)?.first ?? number;
        headers.set(section, { first, last: number });
        return;
      }
      if (line.startsWith('[')) throw new IniSyntaxError(number, TEXTS.iniSectionHeader);
      const equals = line.indexOf('=');
      const key = line.slice(0, Math.max(0, equals)).trim();
      if (equals < 1 || key.includes('＝')) {
        throw new IniSyntaxError(number, /[＝［【]/.test(line) ? TEXTS.iniFullWidth : TEXTS.iniLine);
      }
      if (section === '') throw new IniSyntaxError(number, TEXTS.iniKeyFirst);
      const ofSection = keys.get(section) ?? new Map<string, Lines>();
      keys.set(section, ofSection);
      const before = ofSection.get(key);
      if (before !== undefined) throw new IniSyntaxError(number, TEXTS.iniTwice(shownKey(key), section, before.first));
      const lines = { first: number, last: number };
      ofSection.set(key, lines);
      open = { key, value: line.slice(equals + 1).trim(), lines };
    });
  close();

  const linesOf = (name: string, key: string): Lines | undefined => {
    const ofSection = keys.get(name);
    return ofSection?.get(key) ?? ofSection?.get(sameKey(ofSection.keys(), key) ?? key);
  };
  return {
    sections: [...sections.keys()],
    entries: (name) => sections.get(name) ?? new Entries(),
    lineOf: (name, key) => (key === undefined ? headers.get(name) : linesOf(name, key))?.first,
    lastLineOf: (name, key) =>
      key === undefined
        ? Math.max(headers.get(name)?.last ?? 0, ...[...(keys.get(name)?.values() ?? [])].map(({ last }) => last)) ||
          undefined
        : linesOf(name, key)?.last,
  };
}

/** Takes one pair of surrounding quotes away, unless the value holds that quote inside too (a list of quoted items). */
function unquote(value: string): string {
  const quoted = QUOTED.exec(value);
  return quoted?.[1] !== undefined && quoted[2] !== undefined && !quoted[2].includes(quoted[1]) ? quoted[2] : value;
}

/** A value that no INI text can hold as it is; the message names section and key, never the value. */
export class IniValueError extends UserFacingError {
  override readonly name = 'IniValueError';
}

/**
 * The line, or the lines of a list, that {@link readIni} gets this value back from, in quotes where it needs them. All
 * that is written into settings goes through here: a line break in a value would be another setting.
 *
 * @param value with a line break only where a list goes on
 * @throws IniValueError for any other control character, and for what does not read back as it is
 */
export function iniEntry(section: string, key: string, value: string): string {
  if (/\p{Cc}/u.test(`${section}${key}${value.replaceAll('\n', '')}`)) {
    throw new IniValueError(TEXTS.iniControl(section.replaceAll(/\p{Cc}/gu, ' '), key));
  }
  const following = `${section}.`;
  for (const quote of ['', '"', "'"]) {
    const entry = `${key} = ${quote}${value.replaceAll('\n', '\n    ')}${quote}`;
    try {
      const { sections, entries } = readIni(`[${section}]\n${entry}\n[${following}]\n`);
      const found = entries(section);
      if (sections.includes(following) && found.size === 1 && found.get(key) === value) return entry;
    } catch {
      // Neither the name of the section nor the key may hold what tells them from the rest.
    }
  }
  throw new IniValueError(TEXTS.iniUnwritable(section, key));
}

/**
 * An INI text with one key of a section set, all else as it was: comments, order, line ends. The section is added at
 * the end where it does not exist, the key below the section's last one where it does not: comments that follow may
 * belong to the next section.
 *
 * @throws IniValueError, also for a line break
 */
export function setKey(text: string, section: string, key: string, value: string): string {
  if (value.includes('\n')) throw new IniValueError(TEXTS.iniControl(section, key));
  const entry = iniEntry(section, key, value);
  const document = readIni(text);
  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const lines = text.split(/\r\n|\n|\r/);
  const at = document.lineOf(section, key);
  const header = document.lineOf(section);
  const last = document.lastLineOf(section) ?? 0;
  if (at !== undefined) lines.splice(at - 1, (document.lastLineOf(section, key) ?? at) - at + 1, entry);
  else if (header !== undefined) {
    // Behind a list that ends in a comma an unknown key would be part of it.
    lines.splice(LIST_GOES_ON.test(lines[last - 1]?.trimEnd() ?? '') ? header : last, 0, entry);
  } else {
    while (lines.at(-1)?.trim() === '') lines.pop();
    if (lines.length > 0) lines.push('');
    lines.push(`[${section}]`, entry, '');
  }
  return lines.join(newline);
}

/** A key as it may be shown: of `SubUrls: https://…?a=b`, where a colon stands for the sign, it holds a secret. */
export function shownKey(key: string): string {
  // Counted apart: an engine may keep all letters of the world forty times for `{1,40}`.
  const { length } = [...key];
  return length > 0 && length <= 40 && !/[^\p{L}\p{N}_.[\]-]/u.test(key) ? key : '…';
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
    return [...keys].filter((key) => was.get(key) !== is.get(key)).map((key) => `[${section}] ${shownKey(key)}`);
  });
}
