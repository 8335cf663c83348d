import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { wordsOf } from '../messages/report.ts';
import { COLOURS, card, cardTitle, escapeHtml, figureTable, type Html, html, STYLE } from '../report/html.ts';
import type { KeptReport } from './archive.ts';

/** The list of a month's reports, newest first, with links to the other months. */
export function archivePage(
  month: string | undefined,
  months: readonly string[],
  reports: readonly KeptReport[],
  language: Language,
): string {
  const words = wordsOf(language);
  const link = (href: string, text: string): Html =>
    html`<a href="${escapeHtml(href)}" style="color:${COLOURS.barNow as Html};text-decoration:none">${escapeHtml(text)}</a>`;
  const rows = [...reports]
    .reverse()
    .map(({ id, day, verdict, today }) => [
      link(`/reports/${id}`, day.date),
      escapeHtml(verdict === null ? words.headlineWithoutAirports : words.headline[verdict]),
      escapeHtml(today.known ? formatBytes(today.classes.proxy) : words.unknown),
    ]);
  const others = months.map((each) => html` ${link(`/reports?month=${each}`, each)} `);
  const beside =
    month === undefined ? ('' as Html) : html`${link(`/reports/month/${month}.csv`, words.archiveCsv(month))}`;
  const list = rows.length === 0 ? [escapeHtml(words.archiveEmpty)] : [figureTable([], rows)];
  return html`<!DOCTYPE html>
<html lang="${(language === 'zh' ? 'zh-CN' : 'en') as Html}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>FlowCollect · ${escapeHtml(words.archive)}</title><style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:24px 12px;background:#f4f6f8;font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif"><div style="max-width:640px;margin:0 auto">${card(html`${cardTitle(escapeHtml(words.archive), beside)}${list}`)}<p class="muted" style="font-size:13px;color:${COLOURS.muted as Html}">${others}</p></div></body></html>
`;
}
