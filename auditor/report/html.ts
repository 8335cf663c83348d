import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { VERSION } from '../../core/version.ts';
import type { ReportLinks } from '../config.ts';
import type { Words } from '../messages/report.ts';
import { shownName } from '../messages/writing.ts';
import { type Urgency, urgencyOf } from '../verdict/forecast.ts';
import type { VerdictKind } from '../verdict/verdict.ts';
import {
  badge,
  COLOURS,
  card,
  cardTitle,
  dayBars,
  escapeHtml,
  figureRows,
  type Html,
  html,
  link,
  paragraph,
  STYLE,
  shareBar,
} from './html-pieces.ts';
import type { AirportModel, NodeModel, ReportModel, TodayModel } from './model.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

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
export function reportHtml(model: ReportModel, language: Language, links: ReportLinks = {}): string {
  const phrases = phrasesOf(model, language);
  const { words } = phrases;
  const cards = [
    verdictCard(model, phrases),
    todayCard(model, phrases),
    ...model.airports.map((airport) => airportCard(airport, phrases)),
    ...(model.today.known ? detailCards(model.today, phrases) : []),
  ];
  const head = html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="ink" style="font-size:20px;font-weight:bold;color:${COLOURS.ink as Html};padding:0 8px 14px">${escapeHtml(words.title)} ${escapeHtml(model.day.date)}</td></tr><tr><td class="muted" style="font-size:12px;color:${COLOURS.muted as Html};padding:0 8px 14px">${escapeHtml(phrases.span)}</td></tr></table>`;
  return html`<!DOCTYPE html>
<html lang="${(language === 'zh' ? 'zh-CN' : 'en') as Html}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escapeHtml(words.heading(model.day.date))}</title><style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:0;background:#f4f6f8"><table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f6f8"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="640" cellpadding="0" cellspacing="0" style="width:100%;max-width:640px;font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif"><tr><td>${head}${cards}${footer(model, phrases, links)}</td></tr></table>
</td></tr></table></body></html>
`;
}

function verdictCard(model: ReportModel, phrases: Phrases): Html {
  const { sign, colour, className } = MARKS[model.verdict ?? 'unknown'];
  const evidence = model.airports.flatMap((airport) =>
    phrases
      .findings(airport)
      .map((text, index) =>
        paragraph(html`${model.airports.length > 1 && index === 0 ? [signOf(airport)] : []}${escapeHtml(text)}`),
      ),
  );
  return card(
    html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td width="46"><div class="keep" style="width:34px;height:34px;border-radius:17px;background:${colour as Html};color:#ffffff;font-size:18px;line-height:34px;text-align:center">${escapeHtml(sign)}</div></td><td class="${className as Html}" style="font-size:17px;font-weight:bold;color:${colour as Html};padding:4px 0">${escapeHtml(phrases.headline)}</td></tr></table>${evidence}`,
  );
}

/** Which of several airports it is that needs attention. */
function signOf({ verdict }: AirportModel): Html {
  const { sign, colour, className } = MARKS[verdict.kind];
  return html`<b class="${className as Html}" style="color:${colour as Html}">${escapeHtml(sign)}</b> `;
}

function todayCard({ today, days, budget }: ReportModel, phrases: Phrases): Html {
  const { words } = phrases;
  if (!today.known) {
    return card(
      html`${cardTitle(escapeHtml(words.summary), '' as Html)}${paragraph(escapeHtml(words.unknownToday(phrases.why(today.reasons))))}`,
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
          dayBars(bars, formatBytes, escapeHtml((shown[0]?.date ?? '').slice(5)), escapeHtml(words.today)),
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

function airportCard(airport: AirportModel, phrases: Phrases): Html {
  const { words } = phrases;
  const title = cardTitle(escapeHtml(words.airport(airport.airport)), escapeHtml(phrases.dates(airport).join(' · ')));
  const nodes = nodesPart(airport, phrases);
  const { used, quota } = airport;
  if (used === null && quota === null) {
    const unread = [...phrases.pastBill(airport), phrases.why(airport.reasons)];
    return card(html`${title}${unread.map((line) => paragraph(escapeHtml(line)))}${nodes}`);
  }
  const urgency = urgencyOf(airport.forecast);
  const colour = urgency === 'plain' ? COLOURS.barNow : TONES[urgency][0];
  const share = used === null || quota === null || quota === 0 ? [] : [shareBar(used / quota, colour)];
  const figures = figureRows(
    [
      [phrases.billedLabel(airport), phrases.billed(airport)],
      [words.used, phrases.usedOfQuota(airport)],
      [words.remaining, phrases.remaining(airport)],
    ].map(([name = '', figure = '']) => ({ name: escapeHtml(name), figure: escapeHtml(figure) })),
  );
  const lines = [...phrases.plan(airport), ...phrases.details(airport)].map((line) => paragraph(escapeHtml(line)));
  return card(html`${title}${share}${figures}${marked(phrases.daysLeft(airport), urgency)}${lines}${nodes}`);
}

/** The most used nodes of an airport, with what their multipliers make of them. */
function nodesPart(airport: AirportModel, phrases: Phrases): Html {
  const { words } = phrases;
  if (airport.nodes.length === 0) return '' as Html;
  const { shown, rest } = phrases.nodes(airport);
  const rows = shown.map((node) => ({
    name: html`${escapeHtml(shownName(node.node))}${phrases.signs(node).map((each) => html` ${badge(escapeHtml(each))}`)}`,
    figure: escapeHtml(formatBytes(node.bytes)),
    details: isMultiplied(node) ? [escapeHtml(words.withMultiplier(phrases.interval(node.billed)))] : [],
  }));
  const note = airport.nodes.some(isMultiplied) ? words.multiplierNote : '';
  return html`<div style="height:16px;font-size:0">&nbsp;</div>${cardTitle(escapeHtml(words.nodes), escapeHtml(note))}${figureRows(rows)}${rest.map((line) => paragraph(escapeHtml(line)))}`;
}

const isMultiplied = ({ bytes, billed }: NodeModel): boolean => billed.low !== bytes || billed.high !== bytes;

function detailCards(today: Extract<TodayModel, { known: true }>, phrases: Phrases): Html[] {
  const { words } = phrases;
  const devices = today.devices.map(({ device, proxy, direct, local, lastPush }) => ({
    name: escapeHtml(shownName(device)),
    figure: escapeHtml(formatBytes(proxy)),
    details: [
      ...(direct + local === 0 ? [] : [`${words.localTraffic} ${formatBytes(direct + local)}`]),
      `${words.lastReport} ${phrases.lastReport(lastPush)}`,
    ].map(escapeHtml),
  }));
  const hosts = today.hosts.map(({ host, bytes }) => ({
    name: escapeHtml(phrases.site(host)),
    figure: escapeHtml(formatBytes(bytes)),
  }));
  const nodes = phrases.todayNodes.shown.map(({ node, bytes }) => ({
    name: escapeHtml(shownName(node)),
    figure: escapeHtml(formatBytes(bytes)),
  }));
  const section = (title: string, rows: Parameters<typeof figureRows>[0]): Html[] =>
    rows.length === 0
      ? []
      : [card(html`${cardTitle(escapeHtml(title), escapeHtml(words.proxyTraffic))}${figureRows(rows)}`)];
  return [...section(words.devices, devices), ...section(words.nodes, nodes), ...section(words.hosts, hosts)];
}

function footer({ today, timezone }: ReportModel, { words }: Phrases, links: ReportLinks): Html {
  const settled =
    today.known && today.settled > 0 ? words.settledShare(((today.settled / today.total) * 100).toFixed(1)) : '';
  const more = namedLinks(links, words).map(({ name, url }) => html`${link(url, name)} &nbsp; `);
  return html`<p class="muted" style="font-size:12px;line-height:1.7;color:${COLOURS.muted as Html};padding:0 8px">${more}${more.length === 0 ? [] : ['<br>' as Html]}${escapeHtml(settled)}<br>FlowCollect ${escapeHtml(VERSION)} · ${escapeHtml(timezone)}</p>`;
}

/** What a report leads to, as far as it is set. */
export function namedLinks(
  { archive, dashboards }: ReportLinks,
  words: Words,
): { readonly name: string; readonly url: string }[] {
  return [
    ...(archive === undefined ? [] : [{ name: words.archive, url: archive }]),
    ...(dashboards === undefined ? [] : [{ name: words.dashboards, url: dashboards }]),
  ];
}
