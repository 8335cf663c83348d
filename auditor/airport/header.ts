import type { Quota } from '../verdict/reading.ts';
import { type Reason, reason } from '../verdict/reason.ts';
import { parseStatusLine } from './status-line.ts';

const PIB = 2 ** 50;
/** 9999-12-31T23:59:59Z: more than that many seconds can only be milliseconds. */
const LAST_SECOND = 253_402_300_799;
/** Before 2000 (SSPanel's default is 1989-06-04) and from 2099 on, a date stands for "none". */
const FIRST_PLAUSIBLE = 946_684_800;
const FIRST_NEVER = 4_070_908_800;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;
/** A whole header or body line, pasted or found: `#subscription-userinfo: …`, `x-amz-meta-subscription-userinfo: …`, `# upload=…`. */
const LINE_START = /^[#\s]*(?:(?:[\w-]*-)?subscription-userinfo\s*[:=])?\s*/i;

type Key = 'upload' | 'download' | 'total' | 'expire';
const KEYS: readonly string[] = ['upload', 'download', 'total', 'expire'] satisfies Key[];

/**
 * Reads the value of a `Subscription-Userinfo` header as widely as the programs in use write it: any order and case,
 * spaces, `;` or `,` between items, floats, exponents, empty, negative and oversized values, repeated and unknown keys
 * (the last of a repeated key counts, as in Mihomo), expiry in seconds or milliseconds, and the body lines that stand
 * in for the header. What cannot be trusted is null, never 0, with a reason.
 *
 * @param text the value, or the whole line
 */
export function parseUserinfo(text: string): Quota {
  const value = text.replace(LINE_START, '').trim();
  if (value === '') return unknown([reason('header_empty')]);
  if (/^STATUS=/i.test(value)) return parseStatusLine(value) ?? unknown([reason('header_garbage')]);

  const items = readItems(value);
  if (items.found.size === 0) return unknown([reason('header_garbage')]);
  const reasons: Reason[] = items.repeated.map((key) => reason('figure_repeated', key));
  const figure = (key: Exclude<Key, 'expire'>): number | null => {
    const size = readSize(items.found.get(key));
    if (typeof size === 'number') return size;
    reasons.push(reason(size.code, key));
    return null;
  };

  const upload = figure('upload');
  const download = figure('download');
  const total = figure('total');
  const expiry = readExpiry(items.found.get('expire'));
  if (upload === 0 && download === 0 && total === 0 && !(typeof expiry === 'number')) {
    return unknown([reason('header_all_zero')]);
  }
  if (typeof expiry !== 'number') reasons.push(expiry);
  const unlimited = total !== null && (total === 0 || total >= PIB);
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

/** A quota of which nothing is known. */
export function unknown(reasons: readonly Reason[]): Quota {
  return {
    upload: null,
    download: null,
    used: null,
    quota: null,
    unlimited: false,
    expiry: null,
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
  for (const item of value.toLowerCase().replace(/\s/g, '').split(/[;,]/)) {
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

function readSize(text: string | undefined): number | Reason {
  if (text === undefined) return reason('figure_missing');
  if (text === '') return reason('figure_empty');
  if (!NUMBER.test(text)) return reason('figure_invalid');
  const value = Math.trunc(Number(text)) + 0;
  if (value < 0) return reason('figure_negative');
  // Beyond int64 no panel counts; beyond 2^53 sums would no longer be exact, and nobody has used 8 PiB.
  if (!(value < 2 ** 63)) return reason('figure_too_large');
  return value;
}

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
