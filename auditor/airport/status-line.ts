import { type Printed, type Quota, unknownQuota } from '../verdict/reading.ts';
import { type Reason, reason } from '../verdict/reason.ts';
import { readExpiry } from './expiry.ts';
import { isUnlimited } from './unlimited.ts';

const UNITS = ['b', 'kb', 'mb', 'gb', 'tb'];
const SIZE = String.raw`(\d+(?:\.\d+)?)\s*([KMGT]?B)`;
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
export function parseStatusLine(line: string): Quota | undefined {
  const match = STATUS.exec(line);
  if (match === null) return undefined;
  const [upload, download, total] = [0, 1, 2].map((index) => readSize(match[1 + index * 2], match[2 + index * 2]));
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

function readSize(number = '', letters = ''): { bytes: number; unit: number; decimals: number } {
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
