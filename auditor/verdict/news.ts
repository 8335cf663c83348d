import { changeOf } from './change.ts';
import type { Change } from './finding.ts';
import type { Habit } from './habit.ts';
import { habitOf } from './learn.ts';
import { compared, DAY, isComparable, SHORTEST, type Span, spanOf, unmoved } from './span.ts';
import { sum } from './sum.ts';
import { type Answer, knownBytes } from './surplus.ts';
import type { Thresholds } from './thresholds.ts';
import type { WindowRecord } from './window-record.ts';

/** What a window is judged by. */
export interface Past {
  /** When the first window of all, and the present habit, began, epoch milliseconds. */
  readonly first: number;
  readonly regime: number;
  /** What closed windows show, and the same with the window that is judged, where it can be compared. */
  readonly spans: readonly Span[];
  readonly all: readonly Span[];
  readonly now: Span;
  /** Whether it can be compared. */
  readonly whole: boolean;
  readonly lateCounts: boolean;
}

export function pastOf(windows: readonly WindowRecord[], current: WindowRecord): Past {
  const first = windows[0]?.from ?? current.from;
  const { spans, lateCounts } = compared(windows);
  const now = lateCounts ? spanOf([current]) : unmoved(spanOf([current]));
  const whole = current.whole && isComparable(current) && now.days * DAY >= SHORTEST;
  const all = whole ? [...spans, now] : spans;
  return { first, regime: windows.at(-1)?.regime ?? first, spans, all, now, whole, lateCounts };
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
  readonly grown: boolean;
  /** Windows before it. */
  readonly usual: readonly Span[];
  readonly habit: Habit;
}

/**
 * What a person knows of is no news, and how much of it there is they have said. Where it grows, to the double at most and
 * not beyond the thresholds, they are asked again instead of being alarmed.
 */
export function recentChangeOf(
  windows: readonly WindowRecord[],
  { spans, all, regime, whole }: Past,
  given: readonly Answer[],
  thresholds: Thresholds,
): RecentChange {
  const change = whole ? changeOf(all, regime, windows.at(-1)?.changed ?? null) : closedChange(windows);
  if (change === undefined) return { since: null, grown: false, usual: spans, habit: habitOf(spans, regime) };
  const { since } = change;
  const usual = spans.filter(({ to }) => to <= since);
  const answer = given.findLast(({ at }) => at >= since)?.kind;
  const before = habitOf(usual, regime);
  const grown =
    answer === undefined &&
    !isGross(change, all, before, thresholds) &&
    change.bytes / change.days <= knownDaily(usual, given.at(-1));
  if (answer === 'known' || grown) return { since, answer, grown, usual, habit: habitOf(spans, since) };
  return { since, change, answer, grown, usual, habit: before };
}

/** Bytes a day that a person knows of and that windows show. */
function knownDaily(spans: readonly Span[], answer: Answer | undefined): number {
  const shown = sum(spans, ({ billed, named }) => billed - named.high);
  return (
    Math.min(knownBytes(answer, spans), shown) /
    Math.max(
      1,
      sum(spans, ({ days }) => days),
    )
  );
}

const changes = new WeakMap<readonly WindowRecord[], { readonly change: Change | undefined }>();

/** The change that closed windows show: within a day, a part of it tells nothing that the night will not tell better. */
function closedChange(windows: readonly WindowRecord[]): Change | undefined {
  const known = changes.get(windows);
  if (known !== undefined) return known.change;
  const { regime = 0, changed = null } = windows.at(-1) ?? {};
  const change = changed === null ? undefined : changeOf(compared(windows).spans, regime, changed);
  changes.set(windows, { change });
  return change;
}

/** Whether a change is above the thresholds, in all and a day. */
export function isGross(
  { since, days, bytes }: Change,
  spans: readonly Span[],
  habit: Habit,
  { bytes: least, ratio }: Thresholds,
): boolean {
  const { likely } = habit.predict(spans.filter(({ from }) => from >= since));
  return bytes > least && bytes > ratio * likely && bytes / days > least / 2;
}
