import { createHash, timingSafeEqual } from 'node:crypto';
import { type Response, Router } from 'express';
import { clientAddress } from '../../core/addresses.ts';
import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { createAuthRateLimiter, textOfHeader } from '../../runtime/http.ts';
import { wordsOf } from '../messages/report.ts';
import { shownName } from '../messages/writing.ts';
import {
  COLOURS,
  card,
  cardTitle,
  escapeHtml,
  figureRows,
  type Html,
  html,
  link,
  STYLE,
} from '../report/html-pieces.ts';
import type { Archive, KeptReport } from './archive.ts';

/** One user's archive and the token that opens it. */
export interface ArchiveKey {
  readonly archive: Archive;
  readonly token: string;
}

export interface ArchiveSettings {
  /** Empty keeps the archive closed. */
  readonly keys: readonly ArchiveKey[];
  /** Whose `X-Forwarded-For` counts. */
  readonly isProxy: (peer: string) => boolean;
  readonly language: Language;
}

type ArchiveResponse = Response<unknown, { archive: Archive }>;

const MONTH = /^\d{4}-\d{2}$/;
const MONTH_DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * `/reports`: the list, each report, and a month as CSV, of the user whose token is shown: as the password
 * that a browser asks for, or as a bearer token. What reports hold was named by others (nodes, hosts), so that pages may run nothing.
 *
 * People choose tokens that are shorter than those that are made: an address that guesses is slowed down.
 *
 * @param settings the present ones
 * @param now epoch milliseconds
 */
export function archiveRoutes(settings: () => ArchiveSettings, now: () => number): Router {
  const router = Router();
  const limited = createAuthRateLimiter();
  router.use((request, response: ArchiveResponse, next) => {
    const { keys, isProxy } = settings();
    response.set({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const shown = request.get('authorization');
    const find = (): Archive | undefined => archiveFor(shown, keys);
    // A browser asks without one at first.
    const archive = shown === undefined ? undefined : limited(clientAddress(request, isProxy), now(), shown, find);
    if (archive === 'slow_down') {
      response
        .status(429)
        .json({ error: 'slow_down', message: 'too many wrong tokens from this address; wait a minute' });
      return;
    }
    if (archive !== undefined) {
      response.locals.archive = archive;
      next();
    } else if (keys.length === 0) {
      response.status(404).json({ error: 'not_found', message: 'set ArchiveToken in [server] to read reports here' });
    } else {
      response.status(401).set('www-authenticate', 'Basic realm="FlowCollect", charset="UTF-8"');
      response.json({
        error: 'unauthorized',
        message: 'the password is ArchiveToken of [server] or of your [user.NAME]; any name will do',
      });
    }
  });
  router.get('/', async ({ query }, response: ArchiveResponse) => {
    const { archive } = response.locals;
    const { language } = settings();
    const months = await archive.months();
    const month = typeof query.month === 'string' && MONTH.test(query.month) ? query.month : months[0];
    const reports = month === undefined ? [] : await archive.month(month);
    response.type('html').send(archivePage(month, months, reports, language));
  });
  router.get('/month/:month.csv', async ({ params: { month } }, response: ArchiveResponse, next) => {
    if (!MONTH.test(month)) return next();
    response.attachment(`flowcollect-${month}.csv`).type('csv');
    response.send(reportsCsv(await response.locals.archive.month(month)));
  });
  router.get('/:id.json', async ({ params: { id } }, response: ArchiveResponse, next) => {
    const text = await response.locals.archive.file(id, 'json');
    if (text === undefined) return next();
    response.type('json').send(text);
  });
  router.get('/:id', async ({ params: { id } }, response: ArchiveResponse, next) => {
    const text = await response.locals.archive.file(id, 'html');
    if (text === undefined) return next();
    response.type('html').send(text);
  });
  return router;
}

/** All tokens are compared, each in constant time. */
function archiveFor(header: string | undefined, keys: readonly ArchiveKey[]): Archive | undefined {
  const [, scheme, value = ''] = /^(Basic|Bearer) (.+)$/i.exec(header ?? '') ?? [];
  const given =
    scheme?.toLowerCase() === 'basic'
      ? Buffer.from(value, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : textOfHeader(value);
  if (scheme === undefined) return undefined;
  const hash = digest(given);
  return keys.filter(({ token }) => timingSafeEqual(hash, digest(token)))[0]?.archive;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The list of a month's reports, newest first, with links to the other months. */
function archivePage(
  month: string | undefined,
  months: readonly string[],
  reports: readonly KeptReport[],
  language: Language,
): string {
  // Days that are over.
  const words = wordsOf(language, true);
  const rows = [...reports].reverse().map(({ id, day, verdict, simulated, today, airports }) => ({
    name: link(`/reports/${id}`, day.date),
    figure: escapeHtml(today.known ? formatBytes(today.classes.proxy) : words.unknown),
    details: [
      ...(simulated === true ? [words.simulated] : []),
      verdict === null ? words.headlineWithoutAirports : words.headline[verdict],
      ...airports.flatMap(({ airport, verdict: { bill } }) =>
        bill === undefined ? [] : [words.billedBy(shownName(airport), formatBytes(bill.likely))],
      ),
    ].map(escapeHtml),
  }));
  const head = { name: escapeHtml(words.archiveDay), figure: escapeHtml(words.proxyTraffic) };
  const others = months.map((each) => html` ${link(`/reports?month=${each}`, each)} `);
  const beside =
    month === undefined ? ('' as Html) : html`${link(`/reports/month/${month}.csv`, words.archiveCsv(month))}`;
  const list = rows.length === 0 ? [escapeHtml(words.archiveEmpty)] : [figureRows(rows, head)];
  return html`<!DOCTYPE html>
<html lang="${(language === 'zh' ? 'zh-CN' : 'en') as Html}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>FlowCollect · ${escapeHtml(words.archive)}</title><style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:24px 12px;background:#f4f6f8;font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif"><div style="max-width:640px;margin:0 auto">${card(html`${cardTitle(escapeHtml(words.archive), beside)}${list}`)}<p class="muted" style="font-size:13px;color:${COLOURS.muted as Html}">${others}</p></div></body></html>
`;
}

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

/** Without it Excel takes UTF-8 for the code page of Windows. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * One row for each day and airport, as the last report of the day has it, RFC 4180; what is unknown is empty, sizes are
 * bytes. A report of several days has no row: its days have theirs.
 *
 * @param reports of one user, oldest first
 */
export function reportsCsv(reports: readonly KeptReport[]): string {
  const ofDays = reports.filter(({ day }) => MONTH_DAY.test(day.date));
  const last = new Map(ofDays.map((report) => [report.day.date, report])).values();
  const rows = [...last].flatMap(({ day, user, verdict, today, airports }) => {
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
  return BYTE_ORDER_MARK + [HEAD, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Spreadsheets take a text that begins with such a sign for a formula; a quote before it keeps it a text. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
