import type { Text } from '../../core/language.ts';
import { SETTINGS_TEXTS as TEXTS } from '../texts.ts';
import type { AirportRules } from './settings.ts';

/** One subscription: the name it goes by in reports and metrics, and the address, which is a credential. */
export interface Subscription {
  readonly name: string;
  /** Never logged, never shown. */
  readonly url: string;
  /** A file whose only line is the address, which stands in the place of {@link url}. */
  readonly urlFile?: string;
  /** What `[airport.NAME]` says of it. */
  readonly rules?: AirportRules;
}

export type SubUrls =
  | { readonly ok: true; readonly subscriptions: readonly Subscription[] }
  | { readonly ok: false; readonly problem: Text };

/** Where the next entry of the list begins; a comma inside an URL is not followed by one of these. */
const ENTRY_START = String.raw`\[|["']|https?:\/\/|[^\s=,"'[\]:/]+\s*=\s*["']?https?:\/\/`;
const ENTRY = new RegExp(
  [
    String.raw`\s*(?:`,
    // The key: ["a.yaml"], ['a.yaml'], [a.yaml], "a.yaml", 'a.yaml' or a.yaml, before a "=".
    String.raw`(?:\[\s*(?<bracketed>"[^"\n]*"|'[^'\n]*'|[^\]"'\n]*?)\s*\]|(?<quoted>"[^"\n]*"|'[^'\n]*')|(?<bare>[^\s=,"'[\]:/]+))\s*=\s*`,
    ')?',
    // The URL, in quotes or up to the next entry.
    String.raw`(?:"(?<double>[^"\n]*)"|'(?<single>[^'\n]*)'|(?<plain>https?:\/\/[^\s"']*?))`,
    String.raw`\s*(?:,\s*(?=${ENTRY_START})|,?\s*$|,?\s*\n\s*)`,
  ].join(''),
  'iuy',
);

/**
 * Reads `SubUrls` in all the forms that settings files of the earlier FlowCollect hold: `["a.yaml"]="https://…"` over
 * one line or several, quotes of either kind or none, plain lists of URLs, and any character inside an URL.
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
    const url = (groups.double ?? groups.single ?? groups.plain ?? '').trim();
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
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}
