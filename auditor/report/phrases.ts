import { DateTime } from 'luxon';
import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import type { Expected, Interval } from '../verdict/expected.ts';
import type { AirportModel, ReportModel } from './model.ts';
import { shownName } from './shown-name.ts';
import type { Words } from './wording.ts';
import { reasonText, wordsOf } from './words.ts';

const DAY = 24 * 3_600_000;
const MINUTE = 60_000;

/** No airport multiplies by more; then a multiplier explains nothing. */
const HIGHEST_MULTIPLIER = 50;

/** Sentences and figures that text and mail share, in one language and time zone. */
export interface Phrases {
  readonly words: Words;
  readonly headline: string;
  readonly span: string;
  /** Evidence and advice for each airport. */
  evidence(airport: AirportModel): string;
  /** `今日消耗`, or since when when the window is longer than a day. */
  billedLabel(airport: AirportModel): string;
  billed(airport: AirportModel): string;
  remaining(airport: AirportModel): string;
  daysLeft(airport: AirportModel): string;
  /** Use and quota, such as `62.70 GB / 100.00 GB`. */
  usedOfQuota(airport: AirportModel): string;
  /** Reset and expiry, as far as known. */
  dates(airport: AirportModel): readonly string[];
  /** What changed of the plan, a sentence each. */
  plan(airport: AirportModel): readonly string[];
  lastReport(at: number | null): string;
  /** A multiplier other than 1, such as `2×` or `0.1–1×`; empty for 1. */
  multiplier(interval: Interval): string;
  interval(interval: Interval): string;
}

export function phrasesOf(model: ReportModel, language: Language): Phrases {
  const words = wordsOf(language);
  const local = (at: number): DateTime => DateTime.fromMillis(at, { zone: model.timezone });
  const date = (seconds: number): string => local(seconds * 1000).toFormat('yyyy-MM-dd');
  const time = (at: number): string => local(at).toFormat('MM-dd HH:mm');
  const size = (bytes: number | null): string => (bytes === null ? words.unknown : formatBytes(bytes));

  const interval = ({ low, high }: Interval): string =>
    formatBytes(low) === formatBytes(high) ? formatBytes(low) : `${formatBytes(low)}–${formatBytes(high)}`;
  const billed = ({ verdict: { bill } }: AirportModel): string => {
    if (bill === undefined) return words.unknown;
    return bill.high === null ? words.atLeast(formatBytes(bill.low)) : interval({ low: bill.low, high: bill.high });
  };
  const firstDay = model.airports.some(({ verdict }) => verdict.reasons.some(({ code }) => code === 'first_reading'));

  return {
    words,
    headline:
      model.verdict === null
        ? words.headlineWithoutAirports
        : model.verdict === 'unknown' && firstDay
          ? words.headlineFirstDay
          : words.headline[model.verdict],
    span: words.span(time(model.day.from), time(model.day.to), model.timezone),
    evidence(airport) {
      const { verdict } = airport;
      const { expected, difference, reasons, absences, kind, drift, calibration, bill } = verdict;
      const parts: string[] = [];
      if (expected === undefined || difference === null) {
        parts.push(words.noEvidence(airport.airport, reasonText(words, reasons)));
      } else {
        parts.push(
          words.evidence(airport.airport, billed(airport), expectedText(words, expected), formatBytes(difference)),
        );
        if (drift !== undefined) {
          const days = Math.round(drift.days);
          parts.push(words.drift(days, formatBytes(drift.bytes), formatBytes(drift.bytes / drift.days)));
        }
        const busiest = airport.nodes.find(({ sure }) => sure);
        if (kind === 'leak' && bill !== undefined && busiest !== undefined && busiest.bytes > 0) {
          const { node, bytes, multiplier } = busiest;
          const needed = multiplier.high + Math.max(0, bill.low - expected.high) / bytes;
          const factor = (value: number): string => `${Math.round(value * 100) / 100}×`;
          if (needed <= HIGHEST_MULTIPLIER) {
            parts.push(
              words.wouldExplain(shownName(node), formatBytes(bytes), factor(needed), factor(multiplier.high)),
            );
          }
        }
        if (calibration !== undefined && calibration.days > 0) {
          const percent = `${calibration.ratio >= 1 ? '+' : ''}${((calibration.ratio - 1) * 100).toFixed(1)} %`;
          parts.push(words.learned(calibration.days, percent, formatBytes(calibration.offset)));
        }
        if (reasons.length > 0) parts.push(words.noEvidence(airport.airport, reasonText(words, reasons)));
        for (const { device, since } of absences) {
          parts.push(
            `${words.silent(shownName(device), since === null ? null : time(since))}${language === 'zh' ? '。' : '.'}`,
          );
        }
      }
      return [...parts, words.advice[kind]].filter((part) => part !== '').join(language === 'zh' ? '' : ' ');
    },
    billedLabel({ verdict: { window } }) {
      if (window === undefined || window.to - window.from <= DAY + 2 * 3_600_000) return words.billedToday;
      return words.billedSince(time(window.from));
    },
    billed,
    remaining: ({ remaining, unlimited }) => (unlimited ? words.unlimited : size(remaining)),
    daysLeft({ forecast }) {
      if (!forecast.known) return words.daysLeftUnknown(reasonText(words, [forecast.reason]));
      const range = forecast.range;
      const likely = words.daysLeft(dayCount(forecast.days));
      const left =
        range === undefined
          ? likely
          : words.daysRange(likely, dayCount(range.low), range.high === null ? null : dayCount(range.high));
      if (forecast.expires !== undefined)
        return `${left}${words.separator}${words.expiresFirst(dayCount(forecast.expires))}`;
      if (forecast.reset === undefined) return left;
      const { days, allowance, reached } = forecast.reset;
      const outlook = reached
        ? words.reachesReset(dayCount(days))
        : words.missesReset(dayCount(days), formatBytes(allowance));
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
      if (model.day.to - at < 2 * MINUTE) return words.justNow;
      return model.day.to - at < DAY ? local(at).toFormat('HH:mm') : time(at);
    },
    multiplier({ low, high }) {
      if (low === 1 && high === 1) return '';
      return low === high ? `${low}×` : `${low}–${high}×`;
    },
    interval,
  };
}

/** The likely figure, with its range where that says more. */
function expectedText(words: Words, { low, high, likely }: Expected): string {
  const [lowest, middle, highest] = [formatBytes(low), formatBytes(likely), formatBytes(high)];
  return lowest === highest ? middle : words.likely(middle, `${lowest}–${highest}`);
}

/** Whole days from ten on; one decimal below, where it matters. */
function dayCount(days: number): string {
  return days >= 9.95 ? String(Math.round(days)) : String(Math.round(days * 10) / 10);
}
