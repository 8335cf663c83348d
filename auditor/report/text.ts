import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { reasonText, shownName } from '../messages/report.ts';
import { isSaidWith, togetherName } from './evidence.ts';
import type { AirportModel, DeviceModel, ReportModel } from './model.ts';
import { type Phrases, phrasesOf } from './phrases.ts';

const NODES_SHOWN = 15;

/** The report as plain text: the verdict first, then the sections that people know, in their order. */
export function reportText(model: ReportModel, language: Language): string {
  const phrases = phrasesOf(model, language);
  const { words } = phrases;
  const sections = [
    [words.subject(model.day.date), phrases.span],
    [phrases.headline, ...model.airports.flatMap((airport) => [phrases.evidence(airport), ...phrases.notes(airport)])],
    [`${words.summary}:`, ...todayLines(model, phrases)],
    ...(model.airports.length === 0
      ? []
      : [
          [`【${words.airports}】`, ...model.airports.flatMap((airport) => airportLines(airport, phrases))],
          ...leakSections(model, phrases),
        ]),
    ...detailSections(model, phrases),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

export function todayLines({ today }: ReportModel, { words, budget }: Phrases): string[] {
  if (!today.known) return [`- ${words.unknownToday(reasonText(words, today.reasons))}`];
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

export function airportLines(airport: AirportModel, phrases: Phrases): string[] {
  const { words } = phrases;
  const head = `- ${words.airport(airport.airport)}:`;
  if (airport.used === null && airport.quota === null) return [`${head} ${reasonText(words, airport.reasons)}`];
  const dates = phrases.dates(airport);
  return [
    head,
    `  ${phrases.billedLabel(airport)}: ${phrases.billed(airport)} | ${words.remaining}: ${phrases.remaining(airport)} | ${phrases.daysLeft(airport)}`,
    `  ${words.used}: ${phrases.usedOfQuota(airport)}${dates.length === 0 ? '' : ` | ${dates.join(' | ')}`}`,
    ...[...phrases.plan(airport), ...phrases.details(airport)].map((line) => `  ${line}`),
  ];
}

/** One line where all is well; a warning of its own for each airport that leaks, or for all that are judged together. */
function leakSections(model: ReportModel, phrases: Phrases): string[][] {
  const { words } = phrases;
  const leaks = model.airports.filter(({ verdict }) => verdict.kind === 'leak');
  if (leaks.length === 0) return [[`【${words.leakCheck}】: ${words.leakCheckResult[model.verdict ?? 'unknown']}`]];
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
  const nodes = airports.flatMap((airport) => nodeLines(airport, phrases));
  const hosts = today.hosts.map(({ host, bytes }) => `- ${shownName(host)}: ${formatBytes(bytes)}`);
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

/** A line for each of the most used nodes, with what its multiplier makes of it. */
export function nodeLines(airport: AirportModel, phrases: Phrases): string[] {
  return airport.nodes.slice(0, NODES_SHOWN).map(({ node, bytes, billed, ...factors }) => {
    const signs = phrases.multipliers(factors).join(phrases.words.separator);
    return `- ${shownName(node)}: ${formatBytes(bytes)}${signs === '' ? '' : ` (${signs} → ${phrases.interval(billed)})`}`;
  });
}
