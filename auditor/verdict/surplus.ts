import { causesOf } from './cause.ts';
import type { Estimate } from './expected.ts';
import type { Surplus } from './finding.ts';
import { longRunOf } from './long-run.ts';
import type { Span } from './span.ts';
import { studentQuantile } from './student.ts';
import { sum } from './sum.ts';
import type { Told } from './window-record.ts';

const MIB = 2 ** 20;

/** A steady surplus is worth a word from both on. */
const SMALLEST_DAILY = 50 * MIB;
const SMALLEST_SHARE = 0.03;
/** Windows that a surplus must show in. */
const FEWEST = 5;
/** The chance that a surplus is told where the true one is too small to be. */
const DOUBTFUL = 0.025;
/** The stated range holds the truth nine times of ten. */
const RANGE = 0.05;
/** No range is narrower than this share of what it is about: overhead and health checks differ from day to day. */
const NARROWEST = 0.05;
/** While a habit is so young, its newest windows alone may show what began within it. */
const YOUNG = 21;
const RECENT = 5;
/** Bytes of lag and rounding at the ends of all windows together. */
const EDGE = 8 * MIB;
/** What was told is told again once it changed by half. */
const CHANGED = 0.5;
/** Windows that show whether it has ended. */
const NEWEST = 3;
/** The standard deviation of what health checks really cost, as a share of what they are expected to. */
const CHECKS_VARY = 0.2;

/** What a person answered to a surplus; the last word counts. */
export type Answer =
  | {
      readonly kind: 'known';
      readonly at: number;
      readonly daily?: number | undefined;
      readonly share?: number | undefined;
      readonly note?: string | undefined;
    }
  | { readonly kind: 'leak'; readonly at: number };

/**
 * What is billed day by day above what names, settings, counted health checks and answers explain, where that is sure.
 *
 * @param spans of the present habit, oldest first
 * @param beginning whether the first of them is the first of all
 * @param told the surplus that was told last; null where none was
 */
export function surplusOf(
  spans: readonly Span[],
  beginning: boolean,
  answers: readonly Answer[],
  told: Told | null,
): Surplus | undefined {
  const found = steadyOf(spans, beginning, answers, told);
  if (found !== undefined || spans.length > YOUNG || spans.length <= RECENT) return found;
  return steadyOf(spans.slice(-RECENT), false, answers, told);
}

function steadyOf(
  spans: readonly Span[],
  beginning: boolean,
  answers: readonly Answer[],
  told: Told | null,
): Surplus | undefined {
  const first = spans[0];
  if (first === undefined || spans.length < FEWEST) return undefined;
  const answer = answers.at(-1);
  const whole = dailyOf(spans, ({ billed, named }) => billed - named.high);
  const named = meanOf(spans, (span) => span.named.high);
  const facts = {
    since: first.from,
    sinceBeginning: beginning,
    causes: causesOf(spans, beginning),
  };
  const shown = (daily: Estimate, answered: Surplus['answered'], tell: boolean, beside = 0): Surplus => ({
    ...facts,
    daily,
    explained: Math.round(beside),
    share: named === 0 ? 1 : daily.likely / named,
    answered,
    told: tell,
  });
  const matters = ({ sure }: Rate): boolean => sure > SMALLEST_DAILY && sure > SMALLEST_SHARE * named;
  if (answer?.kind === 'leak' && matters(whole)) return shown(whole.range, 'leak', false);
  const explained = (span: Span): number => knownBytes(answer, [span]);
  const rest = dailyOf(spans, (span) => span.billed - span.named.high - explained(span));
  // What was answered is a new question only once it has grown by half.
  const beside = meanOf(spans, explained);
  const grown = answer === undefined || rest.sure > CHANGED * beside;
  if (matters(rest) && grown) {
    const found = shown(rest.range, null, true, beside);
    return { ...found, told: told === null || hasChanged(found, told) };
  }
  if (answer?.kind !== 'known' || !matters(whole)) return undefined;
  return { ...shown(whole.range, 'known', false), ...(answer.note === undefined ? {} : { note: answer.note }) };
}

/** Bytes of spans that an answer explains. */
export function knownBytes(answer: Answer | undefined, spans: readonly Span[]): number {
  if (answer?.kind !== 'known') return 0;
  const { daily = 0, share = 0 } = answer;
  return sum(spans, ({ days, named: { high } }) => daily * days + share * high);
}

/** Use that grows makes more bytes of the same surplus, and less use a larger share: both must be others. */
function hasChanged({ daily, share }: Surplus, told: Told): boolean {
  const differs = (now: number, before: number): boolean => Math.abs(now - before) > CHANGED * before;
  return differs(daily.likely, told.daily) && differs(share, told.share);
}

/** Whether the newest windows show a surplus no more. */
export function hasEnded(spans: readonly Span[], { daily }: Surplus): boolean {
  const newest = spans.slice(-NEWEST);
  return meanOf(newest, ({ billed, named }) => billed - named.high) < CHANGED * daily.likely;
}

interface Rate {
  readonly range: Estimate;
  /** It is at least this much a day, almost surely. */
  readonly sure: number;
}

/** Bytes a day over spans, with the deviation that the spans themselves show. */
function dailyOf(spans: readonly Span[], of: (span: Span) => number): Rate {
  const likely = meanOf(spans, of);
  const days = spans.reduce((sum, span) => sum + span.days, 0);
  const squares = spans.reduce((sum, span) => sum + (of(span) - likely * span.days) ** 2 / span.days, 0);
  const single = squares / (spans.length - 1);
  const longRun = longRunOf(spans.map((span) => (of(span) - likely * span.days) / Math.sqrt(single * span.days || 1)));
  const variance = single * longRun(spans.length);
  const doubt = spans.reduce((sum, span) => sum + span.doubt ** 2, 0) / days ** 2;
  const checks = CHECKS_VARY * meanOf(spans, (span) => span.checks);
  const deviation = Math.hypot(Math.sqrt(variance / days + doubt), EDGE / days, checks);
  const freedom = spans.length - 1;
  const half = Math.max(studentQuantile(RANGE, freedom) * deviation, NARROWEST * Math.abs(likely));
  return {
    range: { low: Math.round(Math.max(0, likely - half)), likely: Math.round(likely), high: Math.round(likely + half) },
    sure: likely - studentQuantile(DOUBTFUL, freedom) * deviation,
  };
}

function meanOf(spans: readonly Span[], of: (span: Span) => number): number {
  const days = spans.reduce((sum, span) => sum + span.days, 0);
  return days === 0 ? 0 : spans.reduce((sum, span) => sum + of(span), 0) / days;
}
