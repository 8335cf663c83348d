import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import type { ReportLinks } from '../config.ts';
import { wordsOf } from '../messages/report.ts';
import { reasonText, shownName } from '../messages/writing.ts';
import { type Urgency, urgencyOf } from '../verdict/forecast.ts';
import { isSaidWith, stateOf, togetherName } from './evidence.ts';
import { namedLinks, reportHtml } from './html.ts';
import type { AirportModel, DeviceModel, ReportModel } from './model.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

export const reportMailSchema = z.object({
  /** Makes its Message-ID, so that a mail sent twice after a crash is known as one. */
  id: z.string(),
  /** Whose report it is; their address is looked up when it is sent. */
  user: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});

/** A report as a mail ready to send. */
export type ReportMail = Readonly<z.infer<typeof reportMailSchema>>;

/** The mail of a report. One report has one id, whenever and however often its mail is written. */
export function reportMailOf(model: ReportModel, language: Language, links: ReportLinks = {}): ReportMail {
  const { user, day, at } = model;
  return {
    // A span goes by its last day.
    id: `report-${day.date.match(/\d{4}-\d{2}-\d{2}/g)?.at(-1)}-${at.toString(36)}-${userKey(user)}`,
    user,
    subject: subjectOf(model, language),
    text: reportText(model, language, links),
    html: reportHtml(model, language, links),
  };
}

/** The verdict and what was used, since a list of mails shows little more. */
function subjectOf(model: ReportModel, language: Language): string {
  const { today, day, past } = model;
  const words = wordsOf(language, past);
  const state = stateOf(model);
  return [
    ...(state === null ? [] : [words.shortVerdict[state]]),
    ...(today.known ? [formatBytes(today.classes.proxy)] : []),
    words.subject(day.date.replaceAll(/\d{4}-/g, '')),
  ].join(' · ');
}

/** When the mail of an id was written, in epoch milliseconds; undefined for an id that is none of a report. */
export function writtenAt(id: string): number | undefined {
  const at = /^report-\d{4}-\d{2}-\d{2}-([a-z0-9]+)-[0-9a-f]{16}$/.exec(id)?.[1];
  return at === undefined ? undefined : Number.parseInt(at, 36);
}

/** A user's name as part of a file's name or a Message-ID: short, and of plain letters whatever the name is. */
export function userKey(user: string): string {
  return createHash('sha256').update(user).digest('hex').slice(0, 16);
}

/** The report as plain text: the verdict first, then the sections that people know, in their order. */
export function reportText(model: ReportModel, language: Language, links: ReportLinks = {}): string {
  const phrases = phrasesOf(model, language);
  const { words } = phrases;
  const sections = [
    [words.heading(model.day.date), phrases.span],
    [phrases.headline, ...model.airports.flatMap(phrases.findings)],
    [`${words.summary}:`, ...todayLines(model, phrases, phrases.why)],
    ...(model.airports.length === 0
      ? []
      : [
          [
            `【${words.airports}】`,
            ...model.airports.flatMap((airport) => airportLines(airport, phrases, phrases.why)),
          ],
          ...leakSections(model, phrases),
        ]),
    ...detailSections(model, phrases),
    namedLinks(links, words).map(({ name, url }) => `${name}: ${url}`),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Why something is not known: all of it, or less where it was said already. */
type Why = Phrases['why'];

export function todayLines({ today }: ReportModel, { words, budget }: Phrases, why?: Why): string[] {
  if (!today.known) return [`- ${words.unknownToday(why?.(today.reasons) ?? reasonText(words, today.reasons))}`];
  const { proxy, direct, local, reject, unattributed } = today.classes;
  const others = [
    ...(reject === 0 ? [] : [`${words.classes.reject} ${formatBytes(reject)}`]),
    ...(unattributed === 0 ? [] : [`${words.classes.unattributed} ${formatBytes(unattributed)}`]),
  ];
  return [
    `- ${words.proxyTraffic}: ${formatBytes(proxy)}`,
    `- ${words.localTraffic}: ${formatBytes(direct + local)}${words.localParts(formatBytes(direct), formatBytes(local))}`,
    ...(others.length === 0 ? [] : [`- ${words.otherTraffic}: ${others.join(', ')}`]),
    `- ${words.totalTraffic}: ${formatBytes(today.total)}`,
    ...budget.map((line) => `- ${line}`),
  ];
}

/** What colour says elsewhere, in plain text. */
const URGENCY_MARKS: Readonly<Record<Urgency, string>> = { plain: '', short: '🟠 ', last_day: '🔴 ' };

export function airportLines(airport: AirportModel, phrases: Phrases, why?: Why): string[] {
  const { words } = phrases;
  const head = `- ${words.airport(airport.airport)}:`;
  if (airport.used === null && airport.quota === null) {
    const unread = why?.(airport.reasons) ?? reasonText(words, airport.reasons);
    return [`${head} ${[...phrases.pastBill(airport), unread].join(words.separator)}`];
  }
  const dates = phrases.dates(airport);
  return [
    head,
    `  ${phrases.billedLabel(airport)}: ${phrases.billed(airport)} | ${words.remaining}: ${phrases.remaining(airport)} | ${URGENCY_MARKS[urgencyOf(airport.forecast)]}${phrases.daysLeft(airport)}`,
    `  ${words.used}: ${phrases.usedOfQuota(airport)}${dates.length === 0 ? '' : ` | ${dates.join(' | ')}`}`,
    ...[...phrases.plan(airport), ...phrases.details(airport)].map((line) => `  ${line}`),
  ];
}

/** One line where all is well; a warning of its own for each airport that leaks, or for all that are judged together. */
function leakSections(model: ReportModel, phrases: Phrases): string[][] {
  const { words } = phrases;
  const leaks = model.airports.filter(({ verdict }) => verdict.kind === 'leak');
  if (leaks.length === 0) {
    const state = stateOf(model) ?? 'not_compared';
    const result = state === 'ok' ? words.leakCheckFine : words.shortVerdict[state];
    return [[`【${words.leakCheck}】: ${result}`]];
  }
  return leaks
    .filter((airport) => isSaidWith(airport, model) === undefined)
    .map((airport) => [
      `【${words.leakWarning}】${words.airport(togetherName(airport, words))}`,
      ...phrases.leakLines(airport),
    ]);
}

function detailSections({ today, airports }: ReportModel, phrases: Phrases): string[][] {
  const { words } = phrases;
  if (!today.known) return [];
  const devices = deviceLines(today.devices, phrases);
  const nodes = nodeLines(airports, phrases);
  const hosts = today.hosts.map(({ host, bytes }) => `- ${phrases.site(host)}: ${formatBytes(bytes)}`);
  return [
    ...(devices.length === 0 ? [] : [[`【${words.devices}】`, ...devices]]),
    ...(nodes.length === 0 ? [] : [[`【${words.nodes}】`, ...nodes]]),
    ...(hosts.length === 0 ? [] : [[`【${words.hosts}】`, ...hosts]]),
    ...(today.settled === 0 ? [] : [[words.settledShare(((today.settled / today.total) * 100).toFixed(1))]]),
  ];
}

/** A line for each device. */
export function deviceLines(devices: readonly DeviceModel[], phrases: Phrases): string[] {
  const { classes, lastReport } = phrases.words;
  return devices.map(
    ({ device, proxy, direct, local, lastPush }) =>
      `- ${shownName(device)}: ${classes.proxy} ${formatBytes(proxy)} | ${classes.direct} ${formatBytes(direct)} | ` +
      `${classes.local} ${formatBytes(local)} | ${lastReport} ${phrases.lastReport(lastPush)}`,
  );
}

/** A line for each of the most used nodes with what its multiplier makes of it, under its airport where there are several. */
export function nodeLines(airports: readonly AirportModel[], phrases: Phrases): string[] {
  const { words } = phrases;
  const today = phrases.todayNodes;
  const unjudged = today.shown.map(({ node, bytes }) => `- ${shownName(node)}: ${formatBytes(bytes)}`);
  const judged = airports.flatMap((airport) => {
    const { shown, rest } = phrases.nodes(airport);
    const lines = shown.map((node) => {
      const signs = phrases.signs(node).join(words.separator);
      return `- ${shownName(node.node)}: ${formatBytes(node.bytes)}${signs === '' ? '' : ` (${signs} → ${phrases.interval(node.billed)})`}`;
    });
    const head = airports.length > 1 && lines.length > 0 ? [`${words.airport(airport.airport)}:`] : [];
    return [...head, ...lines, ...rest];
  });
  return [...judged, ...unjudged, ...today.rest];
}
