import { addShares, nodeKey } from './compared.ts';
import type { Surplus, SurplusCause } from './finding.ts';
import { NOISE, NOISE_WORTH } from './fit.ts';
import type { ReportedSurplus, Span, WindowRecord } from './span.ts';
import { dot, longRunOf, studentQuantile, sum } from './statistics.ts';
import type { Estimate } from './use.ts';

/** Protocols add no more than this to the payload. */
const HIGHEST_OVERHEAD = 0.12;
/** Health checks cost no more a day: seven groups of fifty nodes, tested every minute or two. */
const HIGHEST_CHECKS = 2 * 2 ** 30;
/** No airport multiplies by more. */
const HIGHEST_MULTIPLIER = 20;
/** A node with less of the use explains nothing. */
const SMALLEST_PART = 0.02;

/** What the bills must speak for the best explanation rather than the next: 20 to 1, as the logarithm of likelihoods. */
const DISTINGUISHED = Math.log(20);

/**
 * What a steady surplus can be, the likeliest first; nothing while the bills do not tell causes apart. Each cause alone is
 * fitted to the windows, and the one that leaves least stands first. A fixed cost is health checks; one in step with all use
 * is overhead; one in step with a node is its multiplier; one that follows none of them is somebody else.
 *
 * @param beginning whether it was there in the very first windows
 */
export function causesOf(spans: readonly Span[], beginning: boolean): SurplusCause[] {
  const surplus = spans.map(({ billed, named, days }) => (billed - named.high) / Math.sqrt(days));
  const fitted: Fitting = (of) => {
    const feature = spans.map((span) => of(span) / Math.sqrt(span.days));
    const power = sum(feature, (each) => each ** 2);
    const factor = power === 0 ? 0 : sum(feature, (each, index) => each * (surplus[index] ?? 0)) / power;
    return { factor, left: sum(surplus, (each, index) => (each - factor * (feature[index] ?? 0)) ** 2) };
  };
  const fixed = fitted(({ days }) => days);
  const byUse = fitted(({ named }) => named.likely);
  // Also what is too much to be health checks or overhead goes with days or use, and with no single node.
  const fits: Explanation[] = [
    { left: fixed.left, choices: 1, ...(fixed.factor <= HIGHEST_CHECKS ? { cause: { kind: 'checks' } } : {}) },
    { left: byUse.left, choices: 1, ...(byUse.factor <= HIGHEST_OVERHEAD ? { cause: { kind: 'overhead' } } : {}) },
    ...likeliestNode(spans, fitted),
  ];
  fits.sort((a, b) => a.left - b.left);
  const [best, next] = fits;
  const others: SurplusCause[] = beginning
    ? [{ kind: 'unwatched' }, { kind: 'leak' }]
    : [{ kind: 'leak' }, { kind: 'unwatched' }];
  const named = fits.flatMap(({ cause }) => (cause === undefined ? [] : [cause]));
  // Where nothing that goes with use or days explains most of it, it is somebody, and no node is named.
  if (best === undefined || best.left > UNEXPLAINED * sum(surplus, (each) => each ** 2))
    return [...others, ...named.filter(({ kind }) => kind !== 'multiplier')];
  // No bills agree better than the meter that they come from.
  const meter = sum(spans, ({ named, days }) => (NOISE * named.likely) ** 2 / days);
  const odds = (spans.length / 2) * Math.log(((next?.left ?? 0) + meter) / (best.left + meter));
  if (!(odds >= DISTINGUISHED + Math.log(best.choices))) return [];
  return best.cause === undefined ? [...others, ...named] : [...named, ...others];
}

/** A cause that leaves so much of the surplus (as a share of its squares) explains it badly. */
const UNEXPLAINED = 0.1;

type Fitting = (of: (span: Span) => number) => { readonly factor: number; readonly left: number };

/** How much of a surplus one cause leaves, and among how many of its kind it was chosen. */
interface Explanation {
  readonly left: number;
  readonly choices: number;
  /** Absent where it cannot be so much. */
  readonly cause?: SurplusCause;
}

/** The node with which a surplus goes best; none where it goes with none. */
function likeliestNode(spans: readonly Span[], fitted: Fitting): Explanation[] {
  const shares = [...addShares(spans.flatMap((span) => [...span.nodes.values()])).values()];
  const used = sum(shares, ({ bytes }) => bytes);
  const busy = shares.filter(({ bytes }) => bytes >= SMALLEST_PART * used);
  const fits = busy.flatMap((share) => {
    const { factor, left } = fitted((span) => span.nodes.get(nodeKey(share))?.bytes ?? 0);
    const multiplier = share.multiplier.high + factor;
    if (factor <= 0 || multiplier > HIGHEST_MULTIPLIER) return [];
    const rounded = (value: number): number => Math.round(value * 100) / 100;
    const range = { low: rounded(multiplier - 0.1 * factor), high: rounded(multiplier + 0.1 * factor) };
    return [
      { left, choices: busy.length, cause: { kind: 'multiplier' as const, node: share.node, multiplier: range } },
    ];
  });
  return fits.sort((a, b) => a.left - b.left).slice(0, 1);
}

const MIB = 2 ** 20;

/** A steady surplus is worth a word from both on. */
const SMALLEST_DAILY = 50 * MIB;
const SMALLEST_SHARE = 0.03;
/** Windows that a surplus must show in. */
const FEWEST = 3;
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
/** What was reported is reported again once it changed by half. */
const CHANGED = 0.5;
/** Windows that show whether it has ended. */
const NEWEST = 3;
/** The standard deviation of what health checks really cost, as a share of what they are expected to. */
const CHECKS_VARY = 0.2;

/** What a person answered to a surplus: of a known one, either `daily` or `share` is there. The last word counts. */
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
 * @param last the surplus that was reported last; null where none was
 */
export function surplusOf(
  spans: readonly Span[],
  beginning: boolean,
  answers: readonly Answer[],
  last: ReportedSurplus | null,
): Surplus | undefined {
  const found = steadyOf(spans, beginning, answers, last);
  if (found !== undefined || spans.length > YOUNG || spans.length <= RECENT || last !== null) return found;
  return steadyOf(spans.slice(-RECENT), false, answers, last);
}

function steadyOf(
  spans: readonly Span[],
  beginning: boolean,
  answers: readonly Answer[],
  last: ReportedSurplus | null,
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
    reported: tell,
  });
  const matters = ({ sure }: Rate): boolean => sure > SMALLEST_DAILY && sure > SMALLEST_SHARE * named;
  if (answer?.kind === 'leak' && matters(whole)) return shown(whole.range, 'leak', false);
  const explained = (span: Span): number => knownBytes(answer, [span]);
  const rest = dailyOf(spans, (span) => span.billed - span.named.high - explained(span));
  // What was answered is a new question only once it has grown by half.
  const beside = meanOf(spans, explained);
  const hasGrown = answer === undefined || rest.sure > CHANGED * beside;
  if (matters(rest) && hasGrown) {
    const found = shown(rest.range, null, true, beside);
    return { ...found, reported: last === null || hasChanged(found, last) };
  }
  if (answer?.kind !== 'known' || !matters(whole)) return undefined;
  return { ...shown(whole.range, 'known', false), ...(answer.note === undefined ? {} : { note: answer.note }) };
}

/** The surplus that was reported last and is not answered yet. */
export function lastReported(windows: readonly WindowRecord[], answers: readonly Answer[]): ReportedSurplus | null {
  const answered = answers.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  return windows.findLast(({ reported, to }) => reported !== null && to > answered)?.reported ?? null;
}

/** Bytes a day above names that are no news after the surplus that was told last and is not answered; 0 where none was. */
export function mostTold(windows: readonly WindowRecord[], answers: readonly Answer[]): number {
  const { high = 0, likely = 0 } = lastReported(windows, answers)?.daily ?? {};
  return Math.max(high, (1 + CHANGED) * likely);
}

/** Bytes billed above what names let expect. */
export const aboveNames = ({ billed, named }: Span): number => billed - named.high;

/** The surplus as a window remembers it, where it was reported. */
export const reportedOf = (surplus: Surplus | undefined): ReportedSurplus | null =>
  surplus?.reported === true ? { daily: surplus.daily, share: surplus.share } : null;

/** Bytes of spans that an answer explains. */
export function knownBytes(answer: Answer | undefined, spans: readonly Span[]): number {
  if (answer?.kind !== 'known') return 0;
  const { daily = 0, share = 0 } = answer;
  return sum(spans, ({ days, named: { high } }) => daily * days + share * high);
}

/**
 * Use that grows makes more bytes of the same surplus, and less use a larger share: both must be others, and the ranges that
 * were and would be told must not meet.
 */
function hasChanged({ daily, share }: Surplus, last: ReportedSurplus): boolean {
  const differs = (now: number, before: number): boolean => Math.abs(now - before) > CHANGED * before;
  const apart = daily.low > last.daily.high || daily.high < last.daily.low;
  return apart && differs(daily.likely, last.daily.likely) && differs(share, last.share);
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

/** What a figure of each span leaves of its mean and of what goes with use, as overhead does: per root of a day. */
function deviationsOf(
  spans: readonly Span[],
  of: (span: Span) => number,
): { readonly left: readonly number[]; readonly explained: number } {
  const [mean, named] = [meanOf(spans, of), meanOf(spans, (span) => span.named.high)];
  const above = spans.map((span) => (of(span) - mean * span.days) / Math.sqrt(span.days));
  const use = spans.map((span) => (span.named.high - named * span.days) / Math.sqrt(span.days));
  const slope = dot(use, above) / (dot(use, use) || 1);
  const byUse = Math.min(HIGHEST_OVERHEAD, Math.max(0, slope));
  return { left: above.map((each, index) => each - byUse * (use[index] ?? 0)), explained: byUse === 0 ? 1 : 2 };
}

/**
 * Bytes a day over spans, with the deviation that the spans themselves show; before they tell more, noise is a usual
 * meter's.
 */
function dailyOf(spans: readonly Span[], of: (span: Span) => number): Rate {
  const likely = meanOf(spans, of);
  const named = meanOf(spans, (span) => span.named.high);
  const days = spans.reduce((sum, span) => sum + span.days, 0);
  const { left, explained } = deviationsOf(spans, of);
  const freedom = NOISE_WORTH + spans.length - explained;
  const single = (NOISE_WORTH * (NOISE * named) ** 2 + dot(left, left)) / freedom;
  const longRun = longRunOf(left.map((each) => each / Math.sqrt(single || 1)));
  const variance = single * longRun(spans.length);
  const doubt = spans.reduce((sum, span) => sum + span.doubt ** 2, 0) / days ** 2;
  const checks = CHECKS_VARY * meanOf(spans, (span) => span.checks);
  const deviation = Math.hypot(Math.sqrt(variance / days + doubt), EDGE / days, checks);
  const half = Math.max(studentQuantile(RANGE, freedom) * deviation, NARROWEST * Math.abs(likely));
  return {
    range: { low: Math.round(Math.max(0, likely - half)), likely: Math.round(likely), high: Math.round(likely + half) },
    sure: likely - studentQuantile(DOUBTFUL, freedom) * deviation,
  };
}

export function meanOf(spans: readonly Span[], of: (span: Span) => number): number {
  const days = spans.reduce((sum, span) => sum + span.days, 0);
  return days === 0 ? 0 : spans.reduce((sum, span) => sum + of(span), 0) / days;
}
