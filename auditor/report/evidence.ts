import { reasonText, type Words } from '../messages/report.ts';
import { shownName } from '../messages/shown-name.ts';
import type { Change } from '../verdict/finding.ts';
import { type Compared, comparedOf, isOverbilled } from './compared.ts';
import { type Figures, factorText } from './figures.ts';
import { learnedText } from './learned-text.ts';
import type { AirportModel, ReportModel } from './model.ts';
import { silenceTexts } from './silence-text.ts';
import type { Writing } from './writing.ts';

/** No airport multiplies by more; then a multiplier explains nothing. */
const HIGHEST_MULTIPLIER = 50;
const NODES_NAMED = 5;

/** What was found of one airport, and what to do first, in some sentences. */
export function evidenceOf(airport: AirportModel, model: ReportModel, writing: Writing): string {
  const { words, figures } = writing;
  const { findings } = words;
  const first = isSaidWith(airport, model);
  if (first !== undefined) return findings.seeAbove(airport.airport, first.airport);
  const { verdict } = airport;
  const { reasons, absences, bill, kind, lost = 0 } = verdict;
  const named = new Set(absences.map(({ device }) => device));
  const others = reasons.filter(({ code, detail }) => code !== 'device_silent' || !named.has(detail ?? ''));
  const because = others.length === 0 ? [] : [findings.because(airport.airport, reasonText(words, others))];
  const compared = comparedOf(airport);
  if (compared === undefined) return findings.sentences([...because, adviceFor(airport, words)]);
  const credit = bill?.credit ?? 0;
  return findings.sentences([
    ...comparison(airport, compared, writing),
    ...(kind === 'leak' || kind === 'drift' ? basisOf(airport, compared, writing) : []),
    kind === 'leak' ? wouldExplain(airport, compared, writing) : '',
    credit >= 1 ? findings.credit(figures.size(credit)) : '',
    lost >= 1 ? findings.lost(figures.size(lost)) : '',
    learnedText(verdict.learned, words, figures),
    ...because,
    ...silenceTexts(airport, compared, writing),
    adviceFor(airport, words),
  ]);
}

/** The airport with which another one's findings stand, since both are judged together; undefined where they are its own. */
export function isSaidWith(
  airport: AirportModel,
  { airports }: Pick<ReportModel, 'airports'>,
): AirportModel | undefined {
  if (airport.verdict.pool === undefined) return undefined;
  const first = airports.find(({ verdict }) => verdict.pool?.airports.includes(airport.airport) === true);
  return first?.airport === airport.airport ? undefined : first;
}

/** An airport, or all that it is judged together with, by name. */
export function togetherName({ airport, verdict: { pool } }: AirportModel, { findings }: Words): string {
  return pool === undefined ? airport : findings.joined(pool.airports);
}

/** The sentences that a leak or a drift rests on where the bill of the window alone does not show it. */
export function basisOf(airport: AirportModel, compared: Compared | undefined, writing: Writing): string[] {
  const { drift, kind, surplus } = airport.verdict;
  if (drift !== undefined && drift.bytes >= 1) return [changeText(drift, writing)];
  const shows = compared !== undefined && isOverbilled(compared);
  // An answered surplus has a line of its own.
  return kind !== 'leak' || shows || surplus?.answered === 'leak' ? [] : [writing.words.findings.earlierLook];
}

function changeText({ since, days, bytes }: Change, { words, figures, date }: Writing): string {
  const daily = days >= 1.5 ? figures.size(bytes / days) : null;
  return words.findings.change(date(since), Math.max(1, Math.round(days)), figures.size(bytes), daily);
}

function comparison(airport: AirportModel, compared: Compared, { words, figures }: Writing): string[] {
  const { findings } = words;
  const { pool, kind } = airport.verdict;
  const { billed, expected, difference } = compared;
  const bill =
    billed.high === null ? words.atLeast(figures.size(billed.low)) : figures.range({ ...billed, high: billed.high });
  // A range in which the bill fits would speak against the leak, which then rests on something else.
  const apart = kind === 'leak' && !isOverbilled(compared);
  const [likely, range] = [figures.size(expected.likely), figures.range(expected)];
  const should = apart || range === likely ? likely : findings.likely(likely, range);
  const signed = signedText(difference, words, figures);
  if (pool === undefined) return [findings.evidence(airport.airport, bill, should, signed)];
  const shown = pool.nodes.slice(0, NODES_NAMED).map(shownName);
  return [
    findings.pooled(pool.airports, bill, should, signed),
    shown.length === 0 ? '' : findings.ownerless(shown, pool.nodes.length - shown.length),
  ];
}

function signedText(difference: number, { findings }: Words, figures: Figures): string {
  const size = figures.size(Math.abs(difference));
  if (Math.abs(difference) < 1) return findings.equal;
  return difference > 0 ? findings.more(size) : findings.less(size);
}

/** The multiplier at which the busiest node alone would explain a leak, to be ruled out; none where bills tell it, or another cause. */
function wouldExplain(airport: AirportModel, compared: Compared, { words, figures }: Writing): string {
  const { pool, surplus } = airport.verdict;
  const [busiest] = airport.nodes.filter(({ sure }) => sure).sort((a, b) => b.bytes - a.bytes);
  if (busiest === undefined || busiest.bytes <= 0 || pool !== undefined || !isOverbilled(compared)) return '';
  const { node, bytes, multiplier, learned } = busiest;
  if (learned !== undefined || surplus?.causes.some(({ kind }) => kind === 'multiplier') === true) return '';
  const needed = multiplier.high + (compared.billed.low - compared.expected.high) / bytes;
  const [wanted, assumed] = [needed, multiplier.high].map((value) => factorText({ low: value, high: value }));
  if (wanted === undefined || assumed === undefined || wanted === assumed || !(needed <= HIGHEST_MULTIPLIER)) return '';
  return words.findings.wouldExplain(shownName(node), figures.size(bytes), wanted, assumed);
}

/** What to do first; a new device needs no patience of anybody. */
function adviceFor({ verdict: { kind, reasons } }: AirportModel, { findings, advice }: Words): string {
  const isNew = kind === 'incomplete' && reasons.some(({ code }) => code === 'device_new');
  return isNew ? findings.adviceNewDevice : advice[kind];
}
