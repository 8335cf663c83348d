import { changeOf, WATCHED } from './change.ts';
import { compared, openSpan, SHORTEST } from './compared.ts';
import type { Change } from './finding.ts';
import { habitOf } from './learn.ts';
import { DAY, type Habit, type Span, type WindowRecord } from './span.ts';
import { median } from './statistics.ts';
import { type Answer, aboveNames, knownBytes, meanOf, mostTold } from './surplus.ts';
import type { Thresholds } from './verdict.ts';

/** What a window is judged by. */
export interface Past {
  /** When the first window of all, and the present habit, began, epoch milliseconds. */
  readonly first: number;
  readonly regime: number;
  /** What closed windows show. */
  readonly spans: readonly Span[];
  /** The same with what the window that is judged would add if it closed now; nothing where it cannot be compared. */
  readonly all: readonly Span[];
  /** Whether the last of all is a part of a day, of which the next report will tell more. */
  readonly early: boolean;
  /** Whether a change may end with it: only by a report that can compare. */
  readonly mayEnd: boolean;
  readonly now: Span;
  /** Whether it can be compared by itself. */
  readonly whole: boolean;
  /** Bytes of its use that are billed after it, less those of before that are billed in it; 0 where that is not known. */
  readonly deferred: number;
}

/** @param report whether a report asks: reports alone tell whether what stays has ended */
export function pastOf(windows: readonly WindowRecord[], current: WindowRecord, report: boolean): Past {
  const first = windows[0]?.from ?? current.from;
  const closed = compared(windows);
  const { spans } = closed;
  const { span: now, closing } = openSpan(closed, current, windows.at(-1));
  const goesOn = !report && (windows.at(-1)?.changed ?? null) !== null;
  const all = closing === undefined || goesOn ? spans : [...spans, closing];
  const early = !report && closing !== undefined && closing.days < 1 - LATE;
  const mayEnd = report && closing !== undefined;
  const whole = closing !== undefined && now.days * DAY >= SHORTEST;
  const deferred = now.billed - current.bill.likely;
  return { first, regime: windows.at(-1)?.regime ?? first, spans, all, early, mayEnd, now, whole, deferred };
}

/** What has changed, and what was usual before. */
export interface RecentChange {
  /** Where a change began, news or not, epoch milliseconds; null for none. */
  readonly since: number | null;
  /** The change, where it is news. */
  readonly change?: Change;
  /** How a person answered it. */
  readonly answer?: Answer['kind'] | undefined;
  /** Whether it may be that what a person knows of has grown. */
  readonly hasGrown: boolean;
  /** Windows that it shows in are the last of these. */
  readonly seen: readonly Span[];
  /** Windows before it. */
  readonly usual: readonly Span[];
  readonly habit: Habit;
}

/**
 * What a person knows of is no news, and how much of it there is they have said. Where it grows to the double at most, or what
 * they were told and have not answered by half at most, and not beyond the thresholds, they are not alarmed.
 *
 * @param shown the change that the look before, at the same window, showed
 */
export function recentChangeOf(
  windows: readonly WindowRecord[],
  past: Past,
  given: readonly Answer[],
  thresholds: Thresholds,
  shown: Change | null,
): RecentChange {
  const { spans, all, early, mayEnd, now, regime } = past;
  const ongoing = windows.at(-1)?.changed ?? shown?.since ?? null;
  const found =
    all === spans ? closedChange(windows) : changeOf(withoutUnspread(all, now, regime), regime, ongoing, early);
  const change = found ?? (mayEnd ? undefined : (shown ?? undefined));
  if (change === undefined)
    return { since: null, hasGrown: false, seen: all, usual: spans, habit: habitOf(spans, regime) };
  const seen = found === undefined && all === spans ? [...spans, now] : all;
  const { since } = change;
  const usual = spans.filter(({ to }) => to <= since);
  const answer = answerAbout(change, seen, given)?.kind;
  const before = habitOf(usual, regime);
  const isNews =
    !wasTold(change, seen, given, windows) &&
    (!wasKnown(change, usual, given) || isGross(change, now, { seen, usual }, before, thresholds));
  const hasGrown = answer === undefined && !isNews;
  if (answer === 'known' || hasGrown) return { since, answer, hasGrown, seen, usual, habit: habitOf(spans, since) };
  return { since, change, answer, hasGrown, seen, usual, habit: before };
}

/** A change of more than so many times what a person said that they know of is not what they spoke of. */
const SPOKEN_OF = 2;

/** What a person last said since a change began, where that can be about the change: it may be about what was there before. */
function answerAbout(
  { since, days, bytes }: Change,
  spans: readonly Span[],
  answers: readonly Answer[],
): Answer | undefined {
  const answer = answers.findLast(({ at }) => at >= since);
  if (answer?.kind !== 'known') return answer;
  const known = meanOf(
    spans.filter(({ to }) => to > since),
    (span) => knownBytes(answer, [span]),
  );
  return bytes / days <= SPOKEN_OF * known ? answer : undefined;
}

/** Whether a person knew of so much a day before a change began. Nobody knows of more than windows showed. */
function wasKnown({ bytes, days }: Change, usual: readonly Span[], answers: readonly Answer[]): boolean {
  const known = meanOf(usual, (span) => knownBytes(answers.at(-1), [span]));
  return bytes / days <= Math.min(known, meanOf(usual, aboveNames));
}

/**
 * Whether all that is billed above names since a change began is what a person was told by then, at the end of its first
 * window at the latest, and has not answered.
 *
 * @param spans oldest first, those of the change last
 */
function wasTold(
  { since }: Change,
  spans: readonly Span[],
  answers: readonly Answer[],
  windows: readonly WindowRecord[],
): boolean {
  const most = mostTold(
    windows.filter(({ from }) => from <= since),
    answers,
  );
  const changed = spans.filter(({ to }) => to > since);
  return most > 0 && meanOf(changed, aboveNames) <= most;
}

/** What is billed a day whatever is used, as somebody's tablet, may all come in a few of its hours. */
export function unspreadOf(now: Span, { daily }: Habit): number {
  return daysLeft(now) * Math.max(0, daily.likely);
}

/** A report that comes so much late, in days, begins no other day. */
const LATE = 0.05;

/** How much of the day that is not over is still to come. */
const daysLeft = ({ days }: Span): number => Math.max(0, Math.max(1, Math.ceil(days - LATE)) - days);

/** Spans of which the last is judged before its day is over: what may have come early is no change. */
function withoutUnspread(all: readonly Span[], now: Span, regime: number): readonly Span[] {
  const last = all.at(-1);
  const unspread = unspreadOf(now, habitOf(all.slice(0, -1), regime));
  if (last === undefined || unspread === 0) return all;
  return [...all.slice(0, -1), { ...last, bill: last.bill - unspread, billed: last.billed - unspread }];
}

const changes = new WeakMap<readonly WindowRecord[], { readonly change: Change | undefined }>();

/** The change that closed windows show: a part of a day tells nothing that the night will not tell better. */
function closedChange(windows: readonly WindowRecord[]): Change | undefined {
  const known = changes.get(windows);
  if (known !== undefined) return known.change;
  const { regime = 0, changed = null } = windows.at(-1) ?? {};
  const change = changed === null ? undefined : changeOf(compared(windows).spans, regime, changed);
  changes.set(windows, { change });
  return change;
}

/** Whether a change is above the thresholds, in all and a day; until a day is over, the rest of a usual one is held against it. */
export function isGross(
  { since, days, bytes }: Change,
  now: Span,
  { seen, usual }: Pick<RecentChange, 'seen' | 'usual'>,
  habit: Habit,
  { bytes: least, ratio }: Thresholds,
): boolean {
  const { likely } = habit.predict(seen.filter(({ from }) => from >= since));
  return bytes > least && bytes > ratio * (likely + restOf(now, usual)) && bytes / days > least / 2;
}

/** What is usually billed in the rest of a day. */
export const restOf = (now: Span, usual: readonly Span[]): number => daysLeft(now) * usualDay(usual);

/** What is usually billed in a day. */
export function usualDay(spans: readonly Span[]): number {
  return median(spans.slice(-WATCHED).map(({ billed, days }) => billed / Math.max(1, days)));
}
