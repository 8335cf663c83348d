import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { VERSION } from '../../core/version.ts';
import { reasonText, shownName } from '../messages/report.ts';
import { type Urgency, urgencyOf } from '../verdict/forecast.ts';
import type { VerdictKind } from '../verdict/verdict.ts';
import type { AirportModel, ReportModel, TodayModel } from './model.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

export const COLOURS = {
  ink: '#1d2733',
  muted: '#66727f',
  rule: '#e5e9ed',
  good: '#1f8a5b',
  bad: '#c0392b',
  warn: '#b97309',
  bar: '#aac4f5',
  barNow: '#2f6fe0',
} as const;

const NODES_SHOWN = 15;
const BAR_DAYS = 30;

const MARKS: Readonly<Record<VerdictKind, { sign: string; colour: string; className: string }>> = {
  ok: { sign: '✓', colour: COLOURS.good, className: 'good' },
  leak: { sign: '!', colour: COLOURS.bad, className: 'bad' },
  drift: { sign: '!', colour: COLOURS.warn, className: 'warn' },
  underbilled: { sign: '↓', colour: COLOURS.warn, className: 'warn' },
  incomplete: { sign: '…', colour: COLOURS.warn, className: 'warn' },
  unknown: { sign: '?', colour: COLOURS.muted, className: 'muted' },
};

/** The report as an HTML document for mail programs: the verdict first, then what was used, what is left, and by whom. */
export function reportHtml(model: ReportModel, language: Language): string {
  const phrases = phrasesOf(model, language);
  const { words } = phrases;
  const cards = [
    verdictCard(model, phrases),
    todayCard(model, phrases),
    ...model.airports.map((airport) => airportCard(airport, phrases)),
    ...(model.today.known ? detailCards(model.today, model.airports, phrases) : []),
  ];
  const head = html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="ink" style="font-size:20px;font-weight:bold;color:${COLOURS.ink as Html};padding:0 8px 14px">${escapeHtml(words.title)} ${escapeHtml(model.day.date)}</td></tr><tr><td class="muted" style="font-size:12px;color:${COLOURS.muted as Html};padding:0 8px 14px">${escapeHtml(phrases.span)}</td></tr></table>`;
  return html`<!DOCTYPE html>
<html lang="${(language === 'zh' ? 'zh-CN' : 'en') as Html}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escapeHtml(words.heading(model.day.date))}</title><style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:0;background:#f4f6f8"><table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f6f8"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="640" cellpadding="0" cellspacing="0" style="width:100%;max-width:640px;font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif"><tr><td>${head}${cards}${footer(model, phrases)}</td></tr></table>
</td></tr></table></body></html>
`;
}

function verdictCard(model: ReportModel, phrases: Phrases): Html {
  const { sign, colour, className } = MARKS[model.verdict ?? 'unknown'];
  const evidence = model.airports.flatMap((airport) =>
    [phrases.evidence(airport), ...phrases.notes(airport)].map((text) => paragraph(escapeHtml(text))),
  );
  return card(
    html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td width="46" valign="top"><div class="keep" style="width:34px;height:34px;border-radius:17px;background:${colour as Html};color:#ffffff;font-size:18px;line-height:34px;text-align:center">${escapeHtml(sign)}</div></td><td><div class="${className as Html}" style="font-size:17px;font-weight:bold;color:${colour as Html};padding:4px 0">${escapeHtml(phrases.headline)}</div>${evidence}</td></tr></table>`,
  );
}

function todayCard({ today, days, budget }: ReportModel, phrases: Phrases): Html {
  const { words } = phrases;
  if (!today.known) {
    return card(
      html`${cardTitle(escapeHtml(words.summary), '' as Html)}${paragraph(escapeHtml(words.unknownToday(reasonText(words, today.reasons))))}`,
    );
  }
  const { proxy, direct, local, reject, unattributed } = today.classes;
  const figure = (label: string, bytes: number, size: number): Html =>
    html`<td class="stack" valign="top" style="padding:0 12px 8px 0"><div class="muted" style="font-size:12px;color:${COLOURS.muted as Html}">${escapeHtml(label)}</div><div class="ink" style="font-size:${size}px;font-weight:bold;color:${COLOURS.ink as Html}">${escapeHtml(formatBytes(bytes))}</div></td>`;
  const figures = html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>${[
    figure(words.proxyTraffic, proxy, 28),
    figure(words.localTraffic, direct + local, 20),
    figure(words.totalTraffic, today.total, 20),
  ]}</tr></table>`;
  const parts = [
    words.localTraffic + words.localParts(formatBytes(direct), formatBytes(local)),
    ...(reject === 0 ? [] : [`${words.classes.reject} ${formatBytes(reject)}`]),
    ...(unattributed === 0 ? [] : [`${words.classes.unattributed} ${formatBytes(unattributed)}`]),
  ];
  const spent = phrases.budget.map((line) => marked(line, budget !== null && proxy > budget ? 'short' : 'plain'));
  const shown = days.slice(1 - BAR_DAYS);
  const bars = [...shown.map((day) => day.proxy), proxy];
  const week = days.slice(-7).map((day) => day.proxy);
  const mean = week.reduce((sum, each) => sum + each, 0) / 7;
  const compared =
    week.length < 7 || mean === 0
      ? []
      : [paragraph(escapeHtml(words.comparedToWeek(Math.round((proxy / mean - 1) * 100))))];
  const chart =
    bars.length < 2
      ? []
      : [
          paragraph(escapeHtml(words.lastDays(bars.length))),
          dayBars(bars, escapeHtml((shown[0]?.date ?? '').slice(5)), escapeHtml(words.today)),
        ];
  return card(
    html`${cardTitle(escapeHtml(words.summary), '' as Html)}${figures}${paragraph(escapeHtml(parts.join(words.separator)))}${spent}${compared}${chart}`,
  );
}

/** A sentence that asks for attention when it should. */
function marked(sentence: string, urgency: Urgency): Html {
  const [colour, className] = TONES[urgency];
  return paragraph(escapeHtml(sentence), colour, className);
}

const TONES = {
  plain: [COLOURS.muted, 'muted'],
  short: [COLOURS.warn, 'warn'],
  last_day: [COLOURS.bad, 'bad'],
} as const satisfies Record<Urgency, readonly [colour: string, className: string]>;

function nodeName(node: string, multipliers: readonly string[]): Html {
  return html`${escapeHtml(shownName(node))}${multipliers.map((each) => html` ${badge(escapeHtml(each))}`)}`;
}

function airportCard(airport: AirportModel, phrases: Phrases): Html {
  const { words } = phrases;
  const title = cardTitle(escapeHtml(words.airport(airport.airport)), escapeHtml(phrases.dates(airport).join(' · ')));
  if (airport.used === null && airport.quota === null) {
    return card(html`${title}${paragraph(escapeHtml(reasonText(words, airport.reasons)))}`);
  }
  const { used, quota } = airport;
  const share = used === null || quota === null || quota === 0 ? undefined : used / quota;
  const colour = share === undefined || share < 0.6 ? COLOURS.barNow : share < 0.95 ? COLOURS.warn : COLOURS.bad;
  const line = figureTable(
    [],
    [
      [escapeHtml(phrases.billedLabel(airport)), escapeHtml(phrases.billed(airport))],
      [escapeHtml(words.used), escapeHtml(phrases.usedOfQuota(airport))],
      [escapeHtml(words.remaining), escapeHtml(phrases.remaining(airport))],
    ],
  );
  return card(
    html`${title}${share === undefined ? [] : [shareBar(share, colour)]}${line}${marked(phrases.daysLeft(airport), urgencyOf(airport.forecast))}${[...phrases.plan(airport), ...phrases.details(airport)].map((line) => paragraph(escapeHtml(line)))}`,
  );
}

function detailCards(
  today: Extract<TodayModel, { known: true }>,
  airports: readonly AirportModel[],
  phrases: Phrases,
): Html[] {
  const { words } = phrases;
  const devices = today.devices.map(({ device, proxy, direct, local, lastPush }) =>
    [shownName(device), formatBytes(proxy), formatBytes(direct + local), phrases.lastReport(lastPush)].map(escapeHtml),
  );
  const nodes = airports.flatMap((airport) =>
    airport.nodes
      .slice(0, NODES_SHOWN)
      .map(({ node, bytes, billed, ...factors }) => [
        nodeName(node, phrases.multipliers(factors)),
        ...[formatBytes(bytes), phrases.interval(billed)].map(escapeHtml),
      ]),
  );
  const hosts = today.hosts.map(({ host, bytes }) => [shownName(host), formatBytes(bytes)].map(escapeHtml));
  const section = (title: string, beside: string, head: readonly string[], rows: readonly Html[][]): Html[] =>
    rows.length === 0
      ? []
      : [card(html`${cardTitle(escapeHtml(title), escapeHtml(beside))}${figureTable(head.map(escapeHtml), rows)}`)];
  return [
    ...section(words.devices, '', ['', words.classes.proxy, words.localTraffic, words.lastReport], devices),
    ...section(words.nodes, words.multiplierNote, ['', words.actual, words.billed], nodes),
    ...section(words.hosts, '', [], hosts),
  ];
}

function footer({ today, timezone }: ReportModel, { words }: Phrases): Html {
  const settled =
    today.known && today.settled > 0 ? words.settledShare(((today.settled / today.total) * 100).toFixed(1)) : '';
  return html`<p class="muted" style="font-size:12px;line-height:1.7;color:${COLOURS.muted as Html};padding:0 8px">${escapeHtml(settled)}<br>FlowCollect ${escapeHtml(VERSION)} · ${escapeHtml(timezone)}</p>`;
}

/** Pieces of HTML mail: tables and inline styles only, since mail programs drop the rest. Colours for dark mode come as classes. */

export type Html = string & { readonly html: unique symbol };

/** Text of a person's making (node names, hosts), made safe. */
export function escapeHtml(text: string): Html {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;') as Html;
}

/** A template whose texts are escaped; pieces that are HTML already, and lists of them, are put in as they are. */
export function html(strings: TemplateStringsArray, ...values: readonly (Html | Raw | number)[]): Html {
  const parts = strings.map((text, index) => {
    const value = values[index];
    if (value === undefined) return text;
    return `${text}${typeof value === 'object' ? value.map(String).join('') : String(value)}`;
  });
  return parts.join('') as Html;
}
type Raw = readonly Html[];

/** Kept apart from inline styles: dark mode and phones, for mail programs that know them. */
export const STYLE = `
@media (prefers-color-scheme: dark) {
  .page { background:#14181c !important } .card { background:#1c2228 !important; border-color:#2b333b !important }
  .ink { color:#eef2f5 !important } .muted { color:#98a3ae !important } .rule { border-color:#2b333b !important }
  .track { background:#343d46 !important } .good { color:#4cc38a !important } .bad { color:#ff7b6b !important }
  .warn { color:#e8a33d !important } .bar { background:#3b5683 !important }
  .badge { background:#27374f !important; color:#9dc0fb !important }
}
@media (max-width: 480px) { .stack { display:block !important; width:100% !important; box-sizing:border-box; text-align:left !important } }
` as Html;

/** A white card of the full width. */
export function card(content: Html): Html {
  return html`<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="background:#ffffff;border:1px solid ${COLOURS.rule as Html};border-radius:12px;margin:0 0 12px"><tr><td style="padding:20px 24px">${content}</td></tr></table>`;
}

export function cardTitle(title: Html, beside: Html): Html {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="ink stack" style="font-size:15px;font-weight:bold;color:${COLOURS.ink as Html};padding:0 0 8px">${title}</td><td class="muted stack" align="right" style="font-size:12px;color:${COLOURS.muted as Html};padding:0 0 8px">${beside}</td></tr></table>`;
}

function paragraph(content: Html, colour: string = COLOURS.muted, className = 'muted'): Html {
  return html`<p class="${className as Html}" style="margin:4px 0;font-size:13px;line-height:1.6;color:${colour as Html}">${content}</p>`;
}

/** A multiplier next to its node. */
function badge(content: Html): Html {
  return html`<span class="badge" style="display:inline-block;background:#eaf1fd;color:#2459b8;border-radius:4px;padding:0 5px;font-size:12px;white-space:nowrap">${content}</span>`;
}

/** A figure stays on one line; a range, which is longer, may break on a phone. */
function nowrap(content: Html, index: number): Html {
  return (index === 0 || content.includes('–') ? '' : 'white-space:nowrap;') as Html;
}

/** Rows of figures: the first column is a name, the others stand on the right. */
export function figureTable(head: readonly Html[], rows: readonly (readonly Html[])[]): Html {
  const cell = (content: Html, index: number, isHead: boolean): Html =>
    html`<td class="${(isHead || index > 1 ? 'muted rule' : 'ink rule') as Html}"${(index === 0 ? '' : ' align="right"') as Html} style="padding:${(index === 0 ? '8px 0' : '8px 0 8px 12px') as Html};border-bottom:1px solid ${COLOURS.rule as Html};${nowrap(content, index)}font-size:${isHead ? 12 : 14}px;color:${(isHead || index > 1 ? COLOURS.muted : COLOURS.ink) as Html};word-break:break-word">${content}</td>`;
  const row = (cells: readonly Html[], isHead: boolean): Html =>
    html`<tr>${cells.map((content, index) => cell(content, index, isHead))}</tr>`;
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0">${head.length === 0 ? [] : [row(head, true)]}${rows.map((cells) => row(cells, false))}</table>`;
}

/** A bar that shows a share from 0 to 1. */
function shareBar(share: number, colour: string): Html {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  const part = (width: number, background: string, className: string): readonly Html[] =>
    width === 0
      ? []
      : [
          html`<td class="${className as Html}" width="${width}%" height="8" style="background:${background as Html};font-size:0;line-height:8px">&nbsp;</td>`,
        ];
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:6px 0;border-radius:4px;overflow:hidden"><tr>${part(percent, colour, 'keep')}${part(100 - percent, COLOURS.rule, 'track')}</tr></table>`;
}

const BARS_HEIGHT = 90;

/** Columns for days; the last is today. What the first and the last day are called stands below. */
function dayBars(values: readonly number[], first: Html, last: Html): Html {
  const highest = Math.max(1, ...values);
  const columns = values.map((value, index) => {
    const height = Math.max(1, Math.round((value / highest) * BARS_HEIGHT));
    const colour = index === values.length - 1 ? COLOURS.barNow : COLOURS.bar;
    return html`<td valign="bottom" style="padding:0 1px"><div class="${(index === values.length - 1 ? 'keep' : 'bar') as Html}" style="height:${height}px;background:${colour as Html};border-radius:2px 2px 0 0;font-size:0">&nbsp;</div></td>`;
  });
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" height="${BARS_HEIGHT}" style="table-layout:fixed"><tr>${columns}</tr></table><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="muted" style="font-size:11px;color:${COLOURS.muted as Html};padding:3px 1px 0">${first}</td><td class="muted" align="right" style="font-size:11px;color:${COLOURS.muted as Html};padding:3px 1px 0">${last}</td></tr></table>`;
}
