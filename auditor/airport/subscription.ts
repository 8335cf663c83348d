import { ungrouped } from '../../core/units.ts';
import { isUnlimited, type Printed, type Quota, type Reason, reason, unknownQuota } from '../verdict/reading.ts';
import { type AirportResponse, type Origin, type OriginResult, readCounter, reasonOfStatus } from './origins.ts';

/** Lines that stand in for the header are among the first ten; reading more would only cost the airport traffic. */
const SUBSCRIPTION_BYTES = 8 * 1024;
/** What V2Board and its kin answer to a token that is none, or is none any more. */
const TOKEN_REFUSED = /token is error/i;

/**
 * The `Subscription-Userinfo` header of a subscription, whatever the status it comes with: some panels send it with 403
 * or 404. Only when it is missing are the first lines of the body looked at.
 */
export const subscriptionOrigin: Origin = {
  request: (url) => ({ url, headers: {} }),
  async read(response) {
    const found = await readQuota(response);
    const refill = response.header((name) => name === 'subscription-refill-date');
    if ('reason' in found || refill === undefined) return found;
    return { quota: { ...found.quota, reset: parseRefillDate(refill) } };
  },
};

async function readQuota(response: AirportResponse): Promise<OriginResult> {
  // Also behind the prefixes that object stores add (`x-amz-meta-…`); Mihomo takes the first too.
  const header = response.header((name) => name === 'subscription-userinfo' || name.endsWith('-subscription-userinfo'));
  if (header === '') return { quota: unknownQuota([reason('header_empty')]) };
  if (header !== undefined) return { quota: parseUserinfo(header) };
  const head = await response.body(SUBSCRIPTION_BYTES);
  if (response.status === 403 && TOKEN_REFUSED.test(head)) return { reason: reason('link_spent') };
  if (response.status !== 200) return { reason: reasonOfStatus(response) };
  const quota = quotaInBody(head, response.at);
  return quota === undefined ? { reason: reason(head === '' ? 'http_empty' : 'header_missing') } : { quota };
}

/**
 * What the beginning of a body says: a line that stands in for the header, or the JSON of a counter.
 *
 * @param at epoch milliseconds
 */
export function quotaInBody(head: string, at: number): Quota | undefined {
  const line = findInBody(head);
  if (line !== undefined) return parseUserinfo(line);
  const counter = readCounter(head, at);
  return 'quota' in counter ? counter.quota : undefined;
}

/** A whole header or body line, pasted or found: `#subscription-userinfo: …`, `x-amz-meta-subscription-userinfo: …`, `# upload=…`. */
const LINE_START = /^[#\s]*(?:(?:[\w-]*-)?subscription-userinfo\s*[:=])?\s*/i;

/** Some write no more than a space before the next key; spaces elsewhere mean nothing, and a comma before a digit is within a number. */
const BETWEEN_ITEMS = /[;&]|,(?!\s*\d)|\s+(?=(?:upload|download|total|expire)\s*=)/;

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
  // Many blanks in a row are looked at again from each of them.
  const value = text.replaceAll(/\s+/g, ' ').replace(LINE_START, '').trim();
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
    const text = ungrouped(item.slice(equals + 1));
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

const HEAD_LINES = 10;

/**
 * The line of a body that stands in for the header: `#subscription-userinfo: …` (Hiddify), `# upload=…` (Clash for
 * Windows) or `STATUS=…` (Shadowrocket, whose bodies are base64).
 *
 * @returns undefined when there is none
 */
export function findInBody(head: string): string | undefined {
  const line = findLine(head);
  if (line !== undefined || /[^\w+/=\s-]/.test(head)) return line;
  return findLine(Buffer.from(head, 'base64').toString('utf8'));
}

function findLine(text: string): string | undefined {
  return text
    .split(/\r?\n/, HEAD_LINES)
    .map((line) => line.trim()) // Of a byte order mark too.
    .find((line) => /^#\s*(?:subscription-userinfo\s*:|upload\s*=)/i.test(line) || /^STATUS=.*TOT\s*:/.test(line));
}

/** 9999-12-31T23:59:59Z: more than that many seconds can only be milliseconds. */
const LAST_SECOND = 253_402_300_799;
/** Before 2000 (SSPanel's default is 1989-06-04) and from 2099 on, a date stands for "none". */
const FIRST_PLAUSIBLE = 946_684_800;
const FIRST_NEVER = 4_070_908_800;

/** A number as panels write it: whole, with a fraction, or with an exponent. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;

/**
 * When a plan ends, or its use resets, as airports write it: seconds or milliseconds.
 *
 * @returns Unix seconds, or why there is no date: none was set (empty, 0, far in the future), or it cannot be one
 */
function readExpiry(text: string | undefined): number | Reason {
  if (text === undefined || text === '') return reason('expiry_none');
  if (!NUMBER.test(text)) return reason('figure_invalid', 'expire');
  const written = Math.trunc(Number(text));
  if (written === 0) return reason('expiry_none');
  const seconds = written > LAST_SECOND ? Math.trunc(written / 1000) : written;
  if (seconds >= FIRST_NEVER && seconds <= LAST_SECOND) return reason('expiry_none');
  if (!(seconds >= FIRST_PLAUSIBLE && seconds < FIRST_NEVER)) return reason('expiry_implausible');
  return seconds;
}

const UNITS = ['b', 'kb', 'mb', 'gb', 'tb'];
const SIZE = String.raw`(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*([KMGT]?B)`;
const STATUS = new RegExp(`↑\\s*:\\s*${SIZE}\\s*,\\s*↓\\s*:\\s*${SIZE}\\s*,\\s*TOT\\s*:\\s*${SIZE}`, 'iu');
const EXPIRES = /Expires\s*:\s*(\d{4})-(\d{2})-(\d{2})/i;
/** Panels write local dates; those that write this line are run in UTC+8. */
const PANEL_OFFSET_SECONDS = 8 * 3600;

/**
 * The first body line of subscriptions for Shadowrocket, which stands in for the header:
 * `STATUS=🚀↑:1.2GB,↓:3.4GB,TOT:100GB💡Expires:2026-12-01`. Its sizes are rounded to two decimals at best, which the
 * result says as its precision, taken from what this line prints; how it prints them, the result says too.
 *
 * @returns undefined when the line is not of that form
 */
function parseStatusLine(line: string): Quota | undefined {
  const match = STATUS.exec(line);
  if (match === null) return undefined;
  const [upload, download, total] = [0, 1, 2].map((index) =>
    readPrintedSize(match[1 + index * 2], match[2 + index * 2]),
  );
  if (upload === undefined || download === undefined || total === undefined) return undefined;
  const expiry = readDate(EXPIRES.exec(line));
  if (upload.bytes + download.bytes + total.bytes === 0 && expiry === null) {
    return unknownQuota([reason('header_all_zero')]);
  }
  const reasons: Reason[] = [reason('figures_rounded')];
  if (expiry === null) reasons.push(reason('expiry_none'));
  const unlimited = isUnlimited(total.bytes);
  const printed: Printed = {
    units: [upload.unit, download.unit],
    decimals: Math.max(upload.decimals, download.decimals, total.decimals),
  };
  if (unlimited) reasons.push(reason('quota_unlimited'));
  return {
    upload: upload.bytes,
    download: download.bytes,
    used: upload.bytes + download.bytes,
    quota: unlimited ? null : total.bytes,
    unlimited,
    expiry,
    reset: null,
    precision: printedPrecision(printed),
    printed,
    reasons,
  };
}

/** How far upload and download together may be off, in bytes. Zeros at the end are not printed: `12GB` is `12.00GB` where others have decimals. */
export function printedPrecision({ units, decimals }: Printed): number {
  return units.reduce((sum, unit) => sum + Math.ceil(unit / 10 ** decimals / 2), 0);
}

function readPrintedSize(written = '', letters = ''): { bytes: number; unit: number; decimals: number } {
  const number = ungrouped(written);
  const unit = 1024 ** UNITS.indexOf(letters.toLowerCase());
  return { bytes: Math.round(Number(number) * unit), unit, decimals: number.split('.')[1]?.length ?? 0 };
}

function readDate(match: RegExpExecArray | null): number | null {
  if (match === null) return null;
  const seconds = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / 1000 - PANEL_OFFSET_SECONDS;
  // 1970-01-01 is how V2Board prints "never".
  const expiry = readExpiry(String(seconds));
  return typeof expiry === 'number' ? expiry : null;
}
