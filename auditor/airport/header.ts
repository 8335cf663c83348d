import { type Quota, unknownQuota } from '../verdict/reading.ts';
import { type Reason, reason } from '../verdict/reason.ts';
import { NUMBER, readExpiry } from './expiry.ts';
import { parseStatusLine } from './status-line.ts';
import { isUnlimited } from './unlimited.ts';

/** A whole header or body line, pasted or found: `#subscription-userinfo: …`, `x-amz-meta-subscription-userinfo: …`, `# upload=…`. */
const LINE_START = /^[#\s]*(?:(?:[\w-]*-)?subscription-userinfo\s*[:=])?\s*/i;

/** Some write no more than a space before the next key; spaces elsewhere mean nothing. */
const BETWEEN_ITEMS = /[;,&]|\s+(?=(?:upload|download|total|expire)\s*=)/;

type Key = 'upload' | 'download' | 'total' | 'expire';
const KEYS: readonly string[] = ['upload', 'download', 'total', 'expire'] satisfies Key[];

/**
 * Reads the value of a `Subscription-Userinfo` header as widely as the programs in use write it: any order and case,
 * spaces, `;`, `,`, `&` or a space between items, floats, exponents, empty, negative and oversized values, repeated
 * and unknown keys (the last of a repeated key counts, as in Mihomo), expiry in seconds or milliseconds, and the body
 * lines that stand in for the header. What cannot be trusted is null, never 0, with a reason.
 *
 * @param text the value, or the whole line
 */
export function parseUserinfo(text: string): Quota {
  const value = text.replace(LINE_START, '').trim();
  if (value === '') return unknownQuota([reason('header_empty')]);
  if (/^STATUS=/i.test(value)) return parseStatusLine(value) ?? unknownQuota([reason('header_garbage')]);

  const items = readItems(value);
  if (items.found.size === 0) return unknownQuota([reason('header_garbage')]);
  const reasons: Reason[] = items.repeated.map((key) => reason('figure_repeated', key));
  const figure = (key: Exclude<Key, 'expire'>): number | null => {
    const size = readFigure(items.found.get(key));
    if (typeof size === 'number') return size;
    reasons.push(reason(size.code, key));
    return null;
  };

  const upload = figure('upload');
  const download = figure('download');
  const size = readFigure(items.found.get('total'));
  // A total that no counter holds, such as 2^64 - 1, says "more than you can use".
  const boundless = typeof size !== 'number' && size.code === 'figure_too_large';
  const total = boundless ? null : figure('total');
  const expiry = readExpiry(items.found.get('expire'));
  if (upload === 0 && download === 0 && !boundless && (total ?? 0) === 0 && typeof expiry !== 'number') {
    return unknownQuota([reason('header_all_zero')]);
  }
  if (typeof expiry !== 'number') reasons.push(expiry);
  const unlimited = boundless || isUnlimited(total);
  if (unlimited) reasons.push(reason('quota_unlimited'));
  return {
    upload,
    download,
    used: upload === null || download === null ? null : upload + download,
    quota: unlimited ? null : total,
    unlimited,
    expiry: typeof expiry === 'number' ? expiry : null,
    reset: null,
    precision: 0,
    reasons,
  };
}

/**
 * A `subscription-refill-date` (Remnawave, Happ): the next reset.
 *
 * @returns Unix seconds, or null when it is not a plausible instant
 */
export function parseRefillDate(text: string): number | null {
  const instant = readExpiry(text.replace(/\s/g, ''));
  return typeof instant === 'number' ? instant : null;
}

function readItems(value: string): { found: Map<string, string>; repeated: string[] } {
  const found = new Map<string, string>();
  const repeated = new Set<string>();
  for (const written of value.toLowerCase().split(BETWEEN_ITEMS)) {
    const item = written.replace(/\s/g, '');
    const equals = item.indexOf('=');
    const key = item.slice(0, Math.max(0, equals));
    if (!KEYS.includes(key)) continue;
    const text = item.slice(equals + 1);
    const before = found.get(key);
    if (before !== undefined && before !== text) repeated.add(key);
    // A later value that cannot be read does not take the place of one that can.
    if (before === undefined || NUMBER.test(text)) found.set(key, text);
  }
  return { found, repeated: [...repeated] };
}

function readFigure(text: string | undefined): number | Reason {
  if (text === undefined) return reason('figure_missing');
  if (text === '') return reason('figure_empty');
  if (!NUMBER.test(text)) return reason('figure_invalid');
  const value = Math.trunc(Number(text)) + 0;
  if (value < 0) return reason('figure_negative');
  // Beyond int64 no panel counts; beyond 2^53 sums would no longer be exact, and nobody has used 8 PiB.
  if (!(value < 2 ** 63)) return reason('figure_too_large');
  return value;
}
