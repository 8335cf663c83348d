import type { Words } from '../messages/report.ts';
import { aboveWhole, type Figures, factorText, reasonText, shownName } from '../messages/writing.ts';
import type { Change, LearnedBilling } from '../verdict/finding.ts';
import { UNKNOWNS, unknownOf, type VerdictState } from '../verdict/verdict.ts';
import type { AirportModel, ReportModel } from './model.ts';

/** How sentences, figures and instants are written: in one language and time zone. */
export interface Writing {
  readonly words: Words;
  readonly figures: Figures;
  /** Epoch milliseconds to a day with its time. */
  readonly time: (at: number) => string;
  /** Epoch milliseconds to a day. */
  readonly date: (at: number) => string;
}

/** What an airport, or a pool of them, was billed and should have been, as far as both are known. */
interface ComparedBill {
  readonly billed: { readonly low: number; readonly high: number | null };
  readonly expected: { readonly low: number; readonly likely: number; readonly high: number };
  /** Signed. */
  readonly difference: number;
}

/** @returns undefined where nothing was compared */
export function comparedOf({ verdict }: Pick<AirportModel, 'verdict'>): ComparedBill | undefined {
  const { pool, bill, expected, difference } = verdict;
  if (pool !== undefined) {
    const { billed } = pool;
    return {
      billed: { low: billed, high: billed },
      expected: pool.expected,
      difference: billed - pool.expected.likely,
    };
  }
  if (bill === undefined || expected === undefined || difference === null) return undefined;
  return { billed: bill, expected, difference };
}

/** Whether the bill of the window is above all that is expected: a leak that shows in it alone. */
export function isOverbilled({ billed, expected, difference }: ComparedBill): boolean {
  return billed.low > expected.high && difference > 0;
}

/** The verdict of a report, or why there is none: the first day before other reasons. Null without airports. */
export function stateOf({ verdict, airports }: Pick<ReportModel, 'verdict' | 'airports'>): VerdictState | null {
  if (verdict !== 'unknown') return verdict;
  const unknowns = airports.map((airport) => unknownOf(airport.verdict, isRead(airport)));
  return UNKNOWNS.find((each) => unknowns.includes(each)) ?? 'not_compared';
}

/** An answer that waits for the next ones tells a use all the same. */
const isRead = ({ reasons, used }: AirportModel): boolean => reasons.length === 0 || used !== null;

/** The first line of a report: what needs attention most, and no more than the figures bear out. */
export function headlineOf(model: Pick<ReportModel, 'verdict' | 'airports'>, words: Words): string {
  const { verdict, airports } = model;
  const state = stateOf(model);
  if (verdict === null) return words.headlineWithoutAirports;
  if (state === 'first_day') return words.headlineFirstDay;
  if (state === 'first_days') return words.headlineFirstDays;
  if (verdict === 'leak' && airports.some(isOverbilledLeak)) return words.headlineOverbilled;
  const isOpen = airports.some((airport) => airport.verdict.surplus?.answered === null);
  return verdict === 'ok' && isOpen ? words.headlineUnexplained : words.headline[verdict];
}

function isOverbilledLeak(airport: AirportModel): boolean {
  const compared = comparedOf(airport);
  return airport.verdict.kind === 'leak' && compared !== undefined && isOverbilled(compared);
}

/** No airport multiplies by more; then a multiplier explains nothing. */
const HIGHEST_MULTIPLIER = 50;
const NODES_NAMED = 5;

/** What was found of one airport, and what to do first, in some sentences. */
export function evidenceOf(airport: AirportModel, model: ReportModel, writing: Writing): string {
  return writing.words.findings.sentences(sentencesOf(airport, model, writing));
}

/** @param name of all airports of which the same is said */
function sentencesOf(
  airport: AirportModel,
  model: ReportModel,
  writing: Writing,
  name: string = airport.airport,
): string[] {
  const { words, figures } = writing;
  const { findings } = words;
  const first = isSaidWith(airport, model);
  if (first !== undefined) return [findings.seeAbove(airport.airport, first.airport)];
  const { verdict } = airport;
  const { bill, kind, lost = 0 } = verdict;
  const because = becauseOf(airport, words);
  const compared = comparedOf(airport);
  if (compared === undefined)
    return [because === '' ? '' : findings.because(name, because), adviceFor(airport, words, '')];
  const credit = bill?.credit ?? 0;
  const busiest = kind === 'leak' ? wouldExplain(airport, compared, writing) : '';
  return [
    ...comparison(airport, compared, model, writing),
    ...(kind === 'leak' || kind === 'drift' ? basisOf(airport, compared, writing) : []),
    busiest,
    credit >= 1 ? findings.credit(figures.size(credit)) : '',
    lost >= 1 ? findings.lost(figures.size(lost)) : '',
    learnedText(verdict.learned, words, figures),
    because === '' ? '' : findings.because(airport.airport, because),
    ...silenceTexts(airport, compared, writing),
    adviceFor(airport, words, busiest),
  ];
}

function becauseOf({ verdict: { reasons, absences } }: AirportModel, words: Words): string {
  const named = new Set(absences.map(({ device }) => device));
  return reasonText(
    words,
    reasons.filter(({ code, detail }) => code !== 'device_silent' || !named.has(detail ?? '')),
  );
}

/**
 * What was found of each airport, as they stand one below the other: a sentence that fits several is said once, and one
 * that the headline says not at all. Empty where nothing is left to say.
 */
export function evidenceOfAll(model: ReportModel, writing: Writing): ReadonlyMap<AirportModel, string> {
  const { words } = writing;
  const said = new Set<string>();
  const firstDay = stateOf(model) === 'first_day';
  const alone = model.airports.filter(
    (each) => comparedOf(each) === undefined && isSaidWith(each, model) === undefined,
  );
  return new Map(
    model.airports.map((airport) => {
      const alike = alone.filter((each) => becauseOf(each, words) === becauseOf(airport, words));
      const together = alone.includes(airport) ? alike : [airport];
      const name = words.findings.joined(together.map((each) => each.airport));
      const isFirst = airport.verdict.reasons.every(({ code }) => code === 'first_reading');
      const sentences = firstDay && isFirst ? [] : sentencesOf(airport, model, writing, name);
      const fresh = sentences.filter((sentence) => !said.has(sentence));
      for (const sentence of fresh) said.add(sentence);
      return [airport, words.findings.sentences(fresh)];
    }),
  );
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
function basisOf(airport: AirportModel, compared: ComparedBill | undefined, writing: Writing): string[] {
  const { drift, kind, surplus } = airport.verdict;
  if (drift !== undefined && drift.bytes >= 1) return [changeText(drift, writing)];
  const shows = compared !== undefined && isOverbilled(compared);
  // An answered surplus has a line of its own.
  return kind !== 'leak' || shows || surplus?.answered === 'leak' ? [] : [writing.words.findings.earlierObservation];
}

function changeText({ since, days, bytes }: Change, { words, figures, date }: Writing): string {
  const daily = days >= 1.5 ? figures.size(bytes / days) : null;
  return words.findings.change(date(since), Math.max(1, Math.round(days)), figures.size(bytes), daily);
}

/** A window's first reading may be taken so long before the day begins. */
const EARLY_READING = 2 * 3_600_000;

/** When the window of an airport began, epoch milliseconds, where that is before the day of the report. */
export function sinceBefore({ verdict: { window } }: AirportModel, { day }: ReportModel): number | undefined {
  return window !== undefined && day.from - window.from > EARLY_READING ? window.from : undefined;
}

function comparison(
  airport: AirportModel,
  compared: ComparedBill,
  model: ReportModel,
  { words, figures, time }: Writing,
): string[] {
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
  const began = sinceBefore(airport, model);
  const since = began === undefined ? '' : time(began);
  if (pool === undefined) return [findings.evidence(airport.airport, bill, should, signed, since)];
  const shown = pool.nodes.slice(0, NODES_NAMED).map(shownName);
  return [
    findings.pooled(pool.airports, bill, should, signed, since),
    shown.length === 0 ? '' : findings.ownerless(shown, pool.nodes.length - shown.length),
  ];
}

function signedText(difference: number, { findings }: Words, figures: Figures): string {
  const size = figures.size(Math.abs(difference));
  if (Math.abs(difference) < 1) return findings.equal;
  return difference > 0 ? findings.more(size) : findings.less(size);
}

/** The multiplier at which the busiest node alone would explain a leak, to be ruled out; none where bills tell it, or another cause. */
function wouldExplain(airport: AirportModel, compared: ComparedBill, { words, figures }: Writing): string {
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

/**
 * What to do first; a new device needs no patience of anybody.
 *
 * @param busiest what was said of multipliers already
 */
function adviceFor({ verdict: { kind, reasons } }: AirportModel, { findings, advice }: Words, busiest: string): string {
  const isNew = kind === 'incomplete' && reasons.some(({ code }) => code === 'device_new');
  if (isNew) return findings.adviceNewDevice;
  return busiest === '' ? advice[kind] : findings.adviceBesidesMultipliers;
}

const HOUR = 3_600_000;
/** A daily part below is not worth a word. */
const MIB = 2 ** 20;

/** By what an expectation was calibrated; empty while nothing is learned that moves it. */
function learnedText(learned: LearnedBilling | undefined, { findings }: Words, figures: Figures): string {
  if (learned === undefined || !(learned.days >= 1)) return '';
  const { ratio, daily, checks, lag, days } = learned;
  const percent = aboveWhole(ratio.likely);
  const hours = lag === null ? 0 : Math.round(lag / HOUR);
  const parts = [
    ...(percent === undefined ? [] : [findings.learnedRatio(percent)]),
    ...(checks >= MIB && Number.isFinite(checks) ? [findings.learnedChecks(figures.size(checks))] : []),
    ...(daily.likely >= MIB && Number.isFinite(daily.likely)
      ? [(checks >= MIB ? findings.learnedDailyBesides : findings.learnedDaily)(figures.size(daily.likely))]
      : []),
    ...(hours >= 1 && Number.isFinite(hours) ? [findings.learnedLag(hours)] : []),
  ];
  return parts.length === 0 ? '' : findings.learned(Math.round(days), parts);
}

/** A sentence for each silent device, with what it can explain. */
function silenceTexts(
  { verdict }: AirportModel,
  { billed, expected }: ComparedBill,
  { words, figures, time }: Writing,
): string[] {
  const { findings } = words;
  const excess = billed.low - expected.high;
  return verdict.absences.map(({ device, since, plausible }) => {
    const silent = findings.silent(shownName(device), since === null ? null : time(since));
    const known = plausible >= 1 && Number.isFinite(plausible);
    const explains =
      verdict.kind === 'incomplete' &&
      verdict.reasons.some((each) => each.code === 'device_silent' && each.detail === device)
        ? findings.silentExplains(known ? figures.size(plausible) : null)
        : verdict.kind === 'leak' && known && plausible < excess
          ? findings.silentFallsShort(figures.size(plausible))
          : '';
    return findings.end(`${silent}${explains}`);
  });
}
