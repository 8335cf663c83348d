import { z } from 'zod';
import type { Text } from '../../core/language.ts';
import {
  issue,
  listSetting,
  numberSetting,
  type SettingsReader,
  sizeSetting,
  timeZoneSetting,
  withoutUndefined,
} from '../../core/settings.ts';
import { SETTINGS_TEXTS as TEXTS } from '../messages/texts.ts';
import type { Interval } from '../verdict/use.ts';
import { ORIGINS, type OriginName } from './origins.ts';
import { readResetRule, type Schedule } from './reset.ts';

const PREFIX = 'airport.';

/** A node's multiplier as a person set it: for every node whose name holds the text. */
interface MultiplierRule {
  readonly text: string;
  readonly multiplier: Interval;
}

/** What a person may say of one airport in `[airport.NAME]`; all of it optional. */
export interface AirportRules {
  /** Whose devices use it; the user of `ServerToken` by default. */
  readonly user?: string;
  /** Providers in the kernel's configuration whose nodes are its own. */
  readonly providers: readonly string[];
  /** Nodes whose names match are its own. */
  readonly nodes?: RegExp;
  /** The first that fits counts. */
  readonly multipliers: readonly MultiplierRule[];
  /** When use resets, in {@link timezone}. */
  readonly reset?: Schedule;
  /** The same by the day of the month alone, at midnight. */
  readonly resetDay?: number;
  readonly timezone?: string;
  /** Bytes; for airports that do not tell it, or wrongly. */
  readonly quota?: number;
  readonly userAgent?: string;
  /** With which the airport is asked besides. Secrets, since they may sign in. */
  readonly headers?: readonly (readonly [string, string])[];
  /** Through which the airport is read. A secret, since it may sign in. */
  readonly proxy?: string;
  /** What its address leads to; the subscription by default. */
  readonly origin?: OriginName;
  /** Of the kernel, where that is the origin. */
  readonly secret?: string;
}

/** An airport's section, with its address where it does not come from `SubUrls`. Files are read by whoever reads the airport. */
export interface AirportSection {
  readonly name: string;
  /** Never logged, never shown. */
  readonly url?: string;
  /** A file that holds the address. */
  readonly urlFile?: string;
  readonly rules: AirportRules;
}

export const NO_RULES: AirportRules = { providers: [], multipliers: [] };

export const airportSchema = z.object({
  Url: z.optional(z.string()),
  UrlFile: z.optional(z.string()),
  User: z.optional(z.string()),
  Providers: z.optional(listSetting()),
  Nodes: z.optional(z.string()),
  Multipliers: z.optional(listSetting()),
  Reset: z.optional(z.string()),
  ResetDay: z.optional(numberSetting(1, 31)),
  Timezone: z.optional(timeZoneSetting()),
  Quota: z.optional(sizeSetting()),
  UserAgent: z.optional(z.string()),
  Headers: z.optional(z.string()),
  Proxy: z.optional(z.string()),
  Origin: z.optional(z.enum(ORIGINS, { message: issue(TEXTS.origin(ORIGINS.join(', '))) })),
  Secret: z.optional(z.string()),
});

/** Every `[airport.NAME]` of the settings; what is wrong goes to the reader. */
export function readAirportSections(reader: SettingsReader): AirportSection[] {
  return reader.document.sections.flatMap((section) => {
    if (!section.startsWith(PREFIX)) return [];
    const name = section.slice(PREFIX.length);
    const read = reader.section(section, airportSchema);
    if (read === undefined) return [];
    const wrong = (key: string, problem: Text): void => reader.problem(section, key, problem);
    if (name === '') reader.problem(section, undefined, TEXTS.needsName);
    if (read.Url !== undefined && !(URL.canParse(read.Url) && /^https?:$/.test(new URL(read.Url).protocol))) {
      wrong('Url', TEXTS.httpUrl);
    }
    if (read.Proxy !== undefined && !isProxy(read.Proxy)) wrong('Proxy', TEXTS.proxy);
    if (read.Secret !== undefined && read.Origin !== 'kernel') wrong('Secret', TEXTS.secret);
    if (read.Url !== undefined && read.UrlFile !== undefined) wrong('UrlFile', TEXTS.urlTwice);
    if (read.ResetDay !== undefined && !Number.isInteger(read.ResetDay)) wrong('ResetDay', TEXTS.resetDay);
    const reset = read.Reset === undefined ? undefined : readResetRule(read.Reset);
    if (read.Reset !== undefined && reset === undefined) wrong('Reset', TEXTS.reset);
    if (read.Reset !== undefined && read.ResetDay !== undefined) wrong('Reset', TEXTS.resetTwice);
    const nodes = read.Nodes === undefined ? undefined : readPattern(read.Nodes);
    if (typeof nodes === 'string') wrong('Nodes', TEXTS.pattern(nodes));
    const headers = read.Headers === undefined ? undefined : readHeaders(read.Headers);
    if (read.Headers !== undefined && headers === undefined) wrong('Headers', TEXTS.headers);
    const multipliers = (read.Multipliers ?? []).map(readMultiplier);
    if (multipliers.includes(undefined)) wrong('Multipliers', TEXTS.multipliers);
    const rules = withoutUndefined({
      providers: read.Providers ?? [],
      multipliers: multipliers.filter((each) => each !== undefined),
      user: read.User,
      nodes: typeof nodes === 'string' ? undefined : nodes,
      reset,
      resetDay: read.ResetDay,
      timezone: read.Timezone,
      quota: read.Quota,
      userAgent: read.UserAgent,
      headers,
      proxy: read.Proxy,
      origin: read.Origin,
      secret: read.Secret,
    });
    return [withoutUndefined({ name, rules, url: read.Url, urlFile: read.UrlFile })];
  });
}

/** `香港=2` or `专线=1-2`; the last "=" divides, since names of nodes may hold one. */
export function readMultiplier(text: string): MultiplierRule | undefined {
  const [, name, figures] = /^(.+)[=＝](.+)$/.exec(text) ?? [];
  const match = /^\s*(\d+(?:\.\d+)?)(?:\s*[-~–]\s*(\d+(?:\.\d+)?))?\s*$/.exec(figures?.normalize('NFKC') ?? '');
  const [low, high] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (name === undefined || !(low <= high)) return undefined;
  return { text: name.trim(), multiplier: { low, high } };
}

function isProxy(text: string): boolean {
  try {
    const { protocol, hostname, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return /^(?:https?|socks5):$/.test(protocol) && hostname !== '';
  } catch {
    return false;
  }
}

/**
 * A pattern as Mihomo writes it (`filter` of a group): several divided by a backtick, flags such as `(?i)` at any place,
 * and escapes that JavaScript does not have. Case never counts.
 *
 * @returns why it is none, in the words of JavaScript
 */
function readPattern(text: string): RegExp | string {
  const patterns = text
    .split('`')
    .map((each) => inJavaScript(each.trim()))
    .filter((each) => each !== '');
  try {
    return new RegExp(
      patterns.length === 1 ? (patterns[0] ?? '') : patterns.map((each) => `(?:${each})`).join('|'),
      'iu',
    );
  } catch (error) {
    // Its message repeats the pattern before the last colon.
    return (error as Error).message.replace(/^.*: /s, '');
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['A', '^'],
  ['z', '$'],
  ['Z', '$'],
]);

function inJavaScript(pattern: string): string {
  return pattern
    .replace(/\(\?[ims]+\)/g, '')
    .replace(/\(\?[ims]+:/g, '(?:')
    .replace(/\(\?P</g, '(?<')
    .replace(/\\([pP])\{(\^?)(\p{Lu}\p{Ll}{2,})\}/gu, (_, letter, not, script) => {
      const negated = (letter === 'P') !== (not === '^');
      return `\\${negated ? 'P' : 'p'}{Script=${script}}`;
    })
    .replace(/\\(.)/gsu, (written, character) => {
      if (/[\w^$\\.*+?()[\]{}|/]/.test(character) && character !== '_') return ESCAPES.get(character) ?? written;
      return `\\u{${character.codePointAt(0).toString(16)}}`;
    });
}

/** What HTTP itself says of a request. */
const RESERVED = /^(?:host|connection|content-length|transfer-encoding|te|upgrade|accept-encoding)$/i;

/** `X-HWID: 1a2b, X-Device-OS: iOS`, in one line or several; undefined where one is none. */
function readHeaders(text: string): readonly (readonly [string, string])[] | undefined {
  const headers = text
    .split(/[,，\n]+\s*(?=[\w-]+\s*[:：]|$)/)
    .filter((each) => each.trim() !== '')
    .map((each) => {
      const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*[:：]\s*(\P{Cc}*?)\s*$/u.exec(each) ?? [];
      return [name, value] as const;
    });
  return headers.every(([name, value]) => name !== '' && value !== '' && !RESERVED.test(name)) ? headers : undefined;
}

/** One subscription: the name it goes by in reports and metrics, and the address, which is a credential. */
export interface Subscription {
  readonly name: string;
  /** Never logged, never shown. */
  readonly url: string;
  /** A file that holds the address, which stands in the place of {@link url}. */
  readonly urlFile?: string;
  /** What `[airport.NAME]` says of it. */
  readonly rules?: AirportRules;
}

type SubUrls =
  | { readonly ok: true; readonly subscriptions: readonly Subscription[] }
  | { readonly ok: false; readonly problem: Text };

const COMMA = '[,，；、]';
const EQUALS = String.raw`\s*[=＝]\s*`;
const QUOTED = String.raw`"[^"\n]*"|'[^'\n]*'|“[^”\n]*”|‘[^’\n]*’`;
const BARE = String.raw`[^\s=＝,，；、"'“”‘’[\]［］【】:/]+`;
/** Where the next entry of the list begins; a comma inside an URL is not followed by one of these. */
const ENTRY_START = String.raw`[[［【"'“‘]|https?:\/\/|${BARE}${EQUALS}["'“‘]?https?:\/\/`;
const ENTRY = new RegExp(
  [
    String.raw`\s*(?:`,
    // The key: ["a.yaml"], ['a.yaml'], [a.yaml], "a.yaml", 'a.yaml' or a.yaml, before a "=".
    String.raw`(?:[[［【]\s*(?<bracketed>${QUOTED}|[^\]］】"'\n]*?)\s*[\]］】]|(?<quoted>${QUOTED})|(?<bare>${BARE}))${EQUALS}`,
    ')?',
    // The URL, in quotes or up to the next entry.
    String.raw`(?:(?<address>${QUOTED})|(?<plain>https?:\/\/[^\s"'“”‘’]*?))`,
    String.raw`\s*(?:${COMMA}\s*(?=${ENTRY_START})|${COMMA}?\s*$|${COMMA}?\s*\n\s*)`,
  ].join(''),
  'iuy',
);

/**
 * Reads `SubUrls` in all the forms that settings files of the earlier FlowCollect hold: `["a.yaml"]="https://…"` over
 * one line or several, quotes of either kind or none, plain lists of URLs, and any character inside an URL. What is
 * between items may be full-width.
 *
 * @param text the whole value, its lines joined by newlines
 * @returns subscriptions in order, or the problem, which repeats no URL. Without a name the host stands for one.
 */
export function parseSubUrls(text: string): SubUrls {
  const value = text.trim();
  const subscriptions: Subscription[] = [];
  const names = new Set<string>();
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < value.length) {
    const number = subscriptions.length + 1;
    const groups = ENTRY.exec(value)?.groups;
    if (groups === undefined) return { ok: false, problem: TEXTS.subUrlsForm(number) };
    const url = unquote(groups.address ?? groups.plain ?? '').trim();
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
      return { ok: false, problem: TEXTS.subUrlsAddress(number) };
    }
    const key = unquote(groups.bracketed ?? groups.quoted ?? groups.bare ?? '').trim();
    if (key !== '' && names.has(key)) return { ok: false, problem: TEXTS.subUrlsTwice(number) };
    const name = key === '' ? freeName(parsed.hostname, names) : key;
    names.add(name);
    subscriptions.push({ name, url });
  }
  return { ok: true, subscriptions };
}

function freeName(host: string, taken: ReadonlySet<string>): string {
  let name = host;
  for (let number = 2; taken.has(name); number += 1) name = `${host}-${number}`;
  return name;
}

function unquote(text: string): string {
  return text.replace(/^["'“‘](.*)["'”’]$/s, '$1');
}
