import { DateTime } from 'luxon';
import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { type Words, wordsOf } from '../messages/report.ts';
import {
  type Figures,
  factorText,
  figuresOf,
  nameArgument,
  onOneLine,
  reasonText,
  shownName,
  sizeArgument,
} from '../messages/writing.ts';
import type { Surplus, SurplusCause } from '../verdict/finding.ts';
import { FARTHEST } from '../verdict/forecast.ts';
import type { Reason } from '../verdict/reading.ts';
import type { Interval } from '../verdict/use.ts';
import {
  comparedOf,
  evidenceOf,
  evidenceOfAll,
  headlineOf,
  isOverbilled,
  isSaidWith,
  sinceBefore,
  togetherName,
  type Writing,
} from './evidence.ts';
import type { AirportModel, NodeModel, ReportModel } from './model.ts';

const DAY = 24 * 3_600_000;
const MINUTE = 60_000;
const NODES_SHOWN = 10;

/** Sentences and figures that text and mail share, in one language and time zone. */
export interface Phrases {
  readonly words: Words;
  readonly headline: string;
  readonly span: string;
  /** How much of the daily budget is used, where there is one. */
  readonly budget: readonly string[];
  /** What a report says at its head of each airport: evidence, advice and notes, nothing of it twice. */
  findings(airport: AirportModel): readonly string[];
  /** Why something is not known, below the findings: what they say already is not said again. */
  why(reasons: readonly Reason[]): string;
  /** Evidence and advice for an airport by itself. */
  evidence(airport: AirportModel): string;
  /** What is below the evidence: a steady surplus that asks for an answer, or was called a leak. */
  notes(airport: AirportModel): readonly string[];
  /** What is worth a line among an airport's figures. */
  details(airport: AirportModel): readonly string[];
  /** The figures of a leak that shows in the bill. */
  leakLines(airport: AirportModel): readonly string[];
  /** `今日消耗`, or since when where the window began before the day. */
  billedLabel(airport: AirportModel): string;
  billed(airport: AirportModel): string;
  /** What was billed in a window of the past, of which nothing else is kept; none where that is not known. */
  pastBill(airport: AirportModel): readonly string[];
  remaining(airport: AirportModel): string;
  daysLeft(airport: AirportModel): string;
  /** Use and quota, such as `62.70 GiB / 100.00 GiB`. */
  usedOfQuota(airport: AirportModel): string;
  /** Reset and expiry, as far as known. */
  dates(airport: AirportModel): readonly string[];
  /** What changed of the plan, a sentence each. */
  plan(airport: AirportModel): readonly string[];
  lastReport(at: number | null): string;
  /** The most used nodes of an airport, and a line such as `+30 个，1.20 GiB` for the rest. */
  nodes(airport: AirportModel): { readonly shown: readonly NodeModel[]; readonly rest: readonly string[] };
  /** The same of today, before any airport has a window with nodes. */
  readonly todayNodes: { readonly shown: readonly UsedNode[]; readonly rest: readonly string[] };
  /** A multiplier other than 1, such as `2×` or `0.1–1×`, what was learned instead, and whether another airport may own it. */
  signs(node: NodeModel): readonly string[];
  /** A site's name; where connections had none, what that means. */
  site(host: string): string;
  interval(interval: Interval): string;
}

export function phrasesOf(model: ReportModel, language: Language): Phrases {
  const words = wordsOf(language, model.past);
  const local = (at: number): DateTime => DateTime.fromMillis(at, { zone: model.timezone });
  const date = (seconds: number): string => local(seconds * 1000).toFormat('yyyy-MM-dd');
  const time = (at: number): string => local(at).toFormat('MM-dd HH:mm');
  const figures = figuresOf(words);
  const { size, range: interval } = figures;
  const writing: Writing = { words, figures, time, date: (at) => date(at / 1000) };
  const billed = ({ verdict: { bill } }: AirportModel): string => {
    if (bill === undefined) return words.unknown;
    return bill.high === null ? words.atLeast(size(bill.low)) : interval({ low: bill.low, high: bill.high });
  };
  const surplusLines = (airport: AirportModel, which: 'ask' | 'known', causes = true): string[] => {
    const { surplus } = airport.verdict;
    if (surplus === undefined || isSaidWith(airport, model) !== undefined) return [];
    if ((surplus.answered === 'known') !== (which === 'known')) return [];
    return [surplusText(airport, surplus, writing, causes)].filter((line) => line !== '');
  };
  const evidence = evidenceOfAll(model, writing);
  const told = new Set(
    model.airports.flatMap(({ verdict }) => verdict.reasons.map((each) => reasonText(words, [each]))),
  );

  return {
    words,
    headline: headlineOf(model, words),
    span: [
      words.span(time(model.day.from), time(model.day.to), model.timezone),
      ...(model.simulated === true ? [words.simulated] : []),
    ].join(' · '),
    budget: budgetLine(model, words, size),
    findings(airport) {
      // The advice names them.
      const causes = airport.verdict.kind !== 'leak' && airport.verdict.kind !== 'drift';
      return [evidence.get(airport) ?? '', ...surplusLines(airport, 'ask', causes)].filter((line) => line !== '');
    },
    why: (reasons) =>
      reasons.length > 0 && reasons.every((each) => told.has(reasonText(words, [each])))
        ? words.seeAbove
        : reasonText(words, reasons),
    evidence: (airport) => evidenceOf(airport, model, writing),
    notes: (airport) => surplusLines(airport, 'ask'),
    details: (airport) => [
      ...surplusLines(airport, 'known'),
      ...(airport.resetHint === true ? [words.findings.resetHint(airport.airport)] : []),
    ],
    leakLines(airport) {
      const compared = comparedOf(airport);
      if (compared === undefined || !isOverbilled(compared)) return [];
      const { billed, expected, difference } = compared;
      return [words.leakDifference(size(billed.low), size(expected.likely), size(difference))];
    },
    billedLabel(airport) {
      const since = sinceBefore(airport, model);
      return since === undefined ? words.billedToday : words.billedSince(time(since));
    },
    billed,
    pastBill: (airport) =>
      model.past === true && airport.verdict.bill !== undefined ? [`${words.billedToday} ${billed(airport)}`] : [],
    remaining: ({ remaining, unlimited }) => (unlimited ? words.unlimited : size(remaining)),
    daysLeft({ forecast }) {
      if (!forecast.known) return words.daysLeftUnknown(reasonText(words, [forecast.reason]));
      const range = forecast.range;
      const { days: expected } = forecast;
      const likely = expected > FARTHEST ? words.daysLeftBeyond(FARTHEST) : words.daysLeft(dayCount(expected));
      const left =
        range === undefined || range.low >= FARTHEST
          ? likely
          : words.daysRange(likely, dayCount(range.low), range.high === null ? null : dayCount(range.high));
      const { reset, expiry } = forecast;
      const end = reset ?? expiry;
      if (end === undefined) return left;
      const [reaches, misses] =
        reset === undefined ? [words.expiresFirst, words.missesExpiry] : [words.reachesReset, words.missesReset];
      const outlook = end.reached
        ? reaches(dayCount(end.days))
        : misses(dayCount(end.days), formatBytes(end.allowance));
      return `${left}${words.separator}${outlook}`;
    },
    usedOfQuota: ({ used, quota, unlimited }) => `${size(used)} / ${unlimited ? words.unlimited : size(quota)}`,
    dates: ({ reset, expiry }) => [
      ...(reset === null ? [] : [words.resetsOn(date(reset))]),
      ...(expiry === null ? [] : [words.expiresOn(date(expiry))]),
    ],
    plan: ({ plan }) =>
      plan.map((change) => {
        if (change.kind === 'renewed') return words.planRenewed(date(change.until));
        const size = formatBytes(change.bytes);
        return change.kind === 'added' ? words.planAdded(size) : words.planReduced(size);
      }),
    lastReport(at) {
      if (at === null) return words.never;
      if (model.past === true) return time(at);
      if (model.day.to - at < 2 * MINUTE) return words.justNow;
      return model.day.to - at < DAY ? local(at).toFormat('HH:mm') : time(at);
    },
    nodes: ({ nodes }) => mostUsed(nodes, words),
    todayNodes: mostUsed(nodesBeforeWindows(model), words),
    signs: ({ multiplier, learned, sure }) => [
      ...(multiplier.low === 1 && multiplier.high === 1 ? [] : [factorText(multiplier)]),
      ...(learned === undefined ? [] : [words.findings.learnedMultiplier(factorText(learned))]),
      ...(sure ? [] : [words.unsureNode]),
    ],
    site: (host) => (host === 'ip' ? words.unnamedSites : shownName(host)),
    interval,
  };
}

function budgetLine({ today, budget }: ReportModel, words: Words, size: (bytes: number) => string): string[] {
  // A budget of nothing has no share that is used.
  if (budget === null || budget === 0 || !today.known) return [];
  return [words.budget(size(budget), Math.round((today.classes.proxy / budget) * 100))];
}

/** Whole days from ten on; one decimal below, where it matters. */
function dayCount(days: number): string {
  return days >= 9.95 ? String(Math.round(days)) : String(Math.round(days * 10) / 10);
}

/** A steady surplus in words: all of it where it is told, one line from then on. Empty where there is none to speak of. */
function surplusText(
  airport: AirportModel,
  surplus: Surplus,
  { words, figures, date }: Writing,
  withCauses: boolean,
): string {
  const { surplus: say, sentences } = words.findings;
  const { daily, answered, reported, since, sinceBeginning } = surplus;
  // Rounds to nothing, or is no figure.
  if (!(daily.likely >= 1) || !Number.isFinite(daily.likely)) return '';
  const name = togetherName(airport, words);
  const likely = figures.size(daily.likely);
  if (answered === 'known')
    return surplus.note === undefined ? say.known(name, likely) : say.knownAs(name, likely, onOneLine(surplus.note));
  const sureness = surenessOf(surplus, words, figures);
  if (answered === 'leak') return say.leak(name, likely, sureness);
  const causes = causeTexts(surplus.causes, airport, words);
  const begun = sinceBeginning ? say.sinceBeginning : say.since(date(since));
  return sentences([
    reported ? say.reported(name, begun, likely, sureness) : say.ongoing(name, likely, sureness),
    withCauses && (reported || causes.length > 0) ? say.causes(reported ? causes : causes.slice(0, 1)) : '',
    say.answer(...commands(airport, surplus)),
  ]);
}

function surenessOf({ share, daily }: Surplus, { findings: { surplus } }: Words, figures: Figures): string {
  const range = figures.range(daily);
  return surplus.sureness(
    Number.isFinite(share) && share > 0 ? Math.round(share * 100) : null,
    range === figures.size(daily.likely) ? null : range,
  );
}

/**
 * The two ways to answer, as commands. A node's multiplier is set right; what goes with all use is known best as a share of
 * it. The last answer takes the place of those before.
 */
function commands(airport: AirportModel, { daily, explained, share, causes }: Surplus): [known: string, leak: string] {
  const [name, [first]] = [nameArgument(onOneLine(airport.airport)), causes];
  const leak = `flowcollect audit amend leak ${name}`;
  if (first?.kind === 'multiplier' && isBorneOut(first, airport))
    return [
      `flowcollect audit amend multiplier ${nameArgument(onOneLine(first.node))} ${roundest(first.multiplier)}`,
      leak,
    ];
  const percent = Math.round(share * 100);
  const byShare = first?.kind === 'overhead' && explained === 0 && percent >= 1 && percent <= 100;
  const amount = byShare ? `--share ${percent}%` : `--per-day ${sizeArgument(daily.likely + explained)}`;
  return [`flowcollect audit amend known ${name} ${amount}`, leak];
}

/** The number with the fewest decimals in a range: airports charge round prices. */
function roundest({ low, high }: Interval): number {
  const middle = (low + high) / 2;
  const rounded = [1, 2, 10].map((parts) => Math.round(middle * parts) / parts);
  return rounded.find((each) => each >= low && each <= high) ?? Math.round(middle * 100) / 100;
}

function causeTexts(causes: readonly SurplusCause[], airport: AirportModel, { findings }: Words): string[] {
  const { cause: kinds, causeMultiplier } = findings.surplus;
  return causes.map((cause) =>
    cause.kind === 'multiplier'
      ? causeMultiplier(isBorneOut(cause, airport) ? shownName(cause.node) : null, factorText(cause.multiplier))
      : kinds[cause.kind],
  );
}

interface UsedNode {
  readonly node: string;
  readonly bytes: number;
}

function nodesBeforeWindows({ airports, today }: ReportModel): readonly UsedNode[] {
  if (!today.known || airports.some(({ nodes }) => nodes.length > 0)) return [];
  return today.nodes.filter((each) => each.class === 'proxy');
}

function mostUsed<N extends UsedNode>(
  nodes: readonly N[],
  words: Words,
): { readonly shown: readonly N[]; readonly rest: readonly string[] } {
  const rest = nodes.slice(NODES_SHOWN);
  const bytes = rest.reduce((sum, node) => sum + node.bytes, 0);
  return {
    shown: nodes.slice(0, NODES_SHOWN),
    rest: rest.length === 0 ? [] : [words.moreNodes(rest.length, formatBytes(bytes))],
  };
}

/** Whether the nodes' table has the node, and says nothing else of its multiplier. */
function isBorneOut({ node, multiplier }: SurplusCause & { kind: 'multiplier' }, { nodes }: AirportModel): boolean {
  const rows = nodes.filter((each) => each.node === node);
  return (
    rows.length > 0 &&
    rows.every(
      ({ learned }) => learned === undefined || (learned.low <= multiplier.high && multiplier.low <= learned.high),
    )
  );
}
