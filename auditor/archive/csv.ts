import type { KeptReport } from './archive.ts';

const HEAD = [
  'date',
  'user',
  'airport',
  'verdict',
  'proxy_bytes',
  'direct_bytes',
  'local_bytes',
  'upload_bytes',
  'download_bytes',
  'airport_used_bytes',
  'airport_quota_bytes',
  'billed_bytes',
  'expected_bytes',
  'difference_bytes',
  'surplus_bytes',
] as const;

type Cell = string | number | null | undefined;

/** One row for each report and airport, RFC 4180; what is unknown is empty, sizes are bytes. */
export function reportsCsv(reports: readonly KeptReport[]): string {
  const rows = reports.flatMap(({ day, user, verdict, today, airports }) => {
    const use: Cell[] = today.known
      ? [today.classes.proxy, today.classes.direct, today.classes.local, today.upload, today.download]
      : [null, null, null, null, null];
    if (airports.length === 0) return [[day.date, user, '', verdict, ...use, null, null, null, null, null, null]];
    return airports.map(({ airport, used, quota, verdict: { kind, bill, expected, difference, surplus } }): Cell[] => {
      return [
        day.date,
        user,
        airport,
        kind,
        ...use,
        used,
        quota,
        bill?.low,
        expected?.likely,
        difference,
        surplus?.daily.likely,
      ];
    });
  });
  return [HEAD, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Spreadsheets take a text that begins with such a sign for a formula; a quote before it keeps it a text. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
