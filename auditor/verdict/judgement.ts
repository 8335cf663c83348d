import { changeOf, deviationOf, fallOf, neededOf, WATCHED } from './change.ts';
import type { Estimate } from './expected.ts';
import type { Change, Surplus } from './finding.ts';
import type { Habit } from './habit.ts';
import { habitOf } from './learn.ts';
import { compared, DAY, isComparable, SHORTEST, type Span, spanOf, unmoved } from './span.ts';
import { type Answer, hasEnded, surplusOf } from './surplus.ts';
import type { Told, WindowRecord } from './window-record.ts';

/** A deviation is gross when it is above both. */
export interface Thresholds {
  /** `LeakMinBytes`. */
  readonly bytes: number;
  /** `LeakRatio`, a share of what should have been billed. */
  readonly ratio: number;
}

/** What windows so far and the one that is judged show together, before silent devices are weighed. */
export interface Judgement {
  readonly habit: Habit;
  /** What the window should be billed, late bytes of before included: nine times of ten and more. */
  readonly expected: Estimate;
  /** Bytes billed above the highest expectation; negative where the bill fits. */
  readonly excess: number;
  /** Whether that is above the thresholds. */
  readonly gross: boolean;
  /** Whether so much is more than chance, by what is known of the airport. */
  readonly sure: boolean;
  /** Whether it is known how late the airport bills. */
  readonly lagKnown: boolean;
  /** Whether the bill is below what names and habit admit, beyond the thresholds. */
  readonly lacking: boolean;
  readonly change?: Change;
  /** Whether the change is above the thresholds. */
  readonly changeIsGross: boolean;
  readonly surplus?: Surplus;
  /** Whether a surplus that a person calls a leak is still there. */
  readonly leaks: boolean;
}

/** Standard deviations that a stated range reaches to either side. */
const RANGE = 2;
/** By then the airport has billed what it was late with at the first reading, and has shown how late it gets. */
const LAG_KNOWN_AFTER = 5 * DAY;
/** Windows after which prices below names are believed. */
const YOUNG = 21;
/** A habit that has become cheaper is a new habit after so many windows. */
const SETTLED = 5;

/** What windows so far tell of the airport; those of a change that is going on say nothing of what is usual. */
export function presentHabit(windows: readonly WindowRecord[]): Habit {
  const { regime = 0, changed = null } = windows.at(-1) ?? {};
  const { spans } = compared(windows);
  return habitOf(changed === null ? spans : spans.filter(({ to }) => to <= changed), regime);
}

/**
 * Judges a window by those before it.
 *
 * @param windows closed ones, oldest first
 * @param current the window as it would be remembered
 * @param answers to surpluses, oldest first; those given after the window do not count
 */
export function judgeWindow(
  windows: readonly WindowRecord[],
  current: WindowRecord,
  thresholds: Thresholds,
  answers: readonly Answer[],
): Judgement {
  const given = answers.filter(({ at }) => at <= current.to);
  const first = windows[0]?.from ?? current.from;
  const last = windows.at(-1);
  const regime = last?.regime ?? first;
  const { spans, lateCounts } = compared(windows);
  const now = lateCounts ? spanOf([current]) : unmoved(spanOf([current]));
  const counts = current.whole && isComparable(current);
  const whole = counts && now.days * DAY >= SHORTEST;
  const all = whole ? [...spans, now] : spans;
  const found = whole ? changeOf(all, regime, last?.changed ?? null) : closedChange(windows);
  const answer = found === undefined ? undefined : given.findLast(({ at }) => at >= found.since);
  // What a person knows of is no news, and how much of it there is they have said.
  const change = answer?.kind === 'known' ? undefined : found;
  const usual = found === undefined ? spans : spans.filter(({ to }) => to <= found.since);
  const habit = answer?.kind === 'known' ? habitOf(spans, found?.since ?? regime) : habitOf(usual, regime);
  const prediction = habit.predict([now]);
  const deviation = deviationOf(prediction);
  const { bill, named, backlog } = current;
  // What was late moves the bill, not the use.
  const moved = prediction.likely - (lateCounts ? current.late : 0);
  const expected = {
    low: Math.floor(Math.max(0, moved - RANGE * deviation)),
    likely: Math.round(Math.max(0, moved)),
    high: Math.ceil(Math.max(0, moved) + RANGE * deviation),
  };
  // A price that few windows show to be below its name may be no price, but the odd week that they were.
  const dearest = usual.length < YOUNG ? named.high : 0;
  const limit = Math.max(expected.high, Math.max(prediction.likely, dearest) + backlog + RANGE * deviation);
  const needed = neededOf(habit, 1);

  const excess = bill.low - limit;
  // A longer window is held to the share of one day: what is not known does not grow with the days. Until a day is over,
  // the rest of a usual one is held against it: early in a day a little lateness is a large share.
  // A day far above the usual one is held to the share of two usual ones: what somebody takes does not grow with it.
  const day = usualDay(usual);
  const rest = Math.max(0, 1 - now.days) * day;
  const most = day === 0 ? Number.POSITIVE_INFINITY : 2 * day * Math.max(1, now.days);
  const share = Math.min(most, prediction.likely + RANGE * deviation + rest) * thresholds.ratio;
  const held = share / Math.max(1, now.days);
  const floor = Math.min(expected.low, named.low);
  const settled = now.bill + (lateCounts ? Math.max(0, now.late) : 0);
  const lacking =
    whole &&
    bill.high !== null &&
    floor - settled - now.doubt > Math.max(thresholds.bytes, thresholds.ratio * floor) &&
    prediction.likely - settled > needed * deviation;
  const steady = (change === undefined && whole ? all : usual).filter(({ from }) => from >= regime);
  const owned = (each: Span): Span => toldApart(each, habit);
  const surplus = surplusOf(steady.map(owned), regime <= first, given, toldOf(windows));
  return {
    habit,
    expected,
    excess,
    gross: excess > thresholds.bytes && excess > held,
    sure: bill.low - prediction.likely - backlog > needed * deviation,
    lagKnown: current.from - first >= LAG_KNOWN_AFTER,
    lacking,
    // What was gross once stays a leak until it ends.
    changeIsGross:
      change !== undefined &&
      (isGross(change, all, habit, thresholds) || (last?.kind === 'leak' && last.changed !== null)),
    leaks:
      (surplus?.answered === 'leak' && !hasEnded(all.map(owned), surplus)) ||
      (change !== undefined && answer?.kind === 'leak'),
    ...(change === undefined ? {} : { change }),
    ...(surplus === undefined ? {} : { surplus }),
  };
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

/**
 * Where the habit began that the windows up to the newest show: a change that stayed so long that it is watched no more is
 * a habit of its own, and so is a cheaper one.
 */
export function regimeAfter(windows: readonly WindowRecord[]): number {
  const newest = windows.at(-1);
  if (newest === undefined) return 0;
  const { spans } = compared(windows);
  const since = (from: number): number => spans.filter((span) => span.from >= from).length;
  if (newest.changed !== null) return since(newest.changed) >= WATCHED ? newest.changed : newest.regime;
  const fall = fallOf(spans, newest.regime);
  return fall !== undefined && since(fall.since) >= SETTLED ? fall.since : newest.regime;
}

function isGross(
  { since, days, bytes }: Change,
  spans: readonly Span[],
  habit: Habit,
  { bytes: least, ratio }: Thresholds,
): boolean {
  const { likely } = habit.predict(spans.filter(({ from }) => from >= since));
  return bytes > least && bytes > ratio * likely && bytes / days > least / 2;
}

/** A span whose shared nodes are expected as far as bills have shown them to be this airport's. */
function toldApart(span: Span, habit: Habit): Span {
  const shares = [...span.nodes.values()];
  if (shares.every(({ owners }) => owners === 1)) return span;
  const high = shares.reduce((sum, share) => {
    const most = share.multiplier.high;
    return sum + share.bytes * (share.owners === 1 ? most : Math.min(most, habit.multiplierOf(share).likely));
  }, 0);
  return { ...span, named: { ...span.named, high: Math.ceil(high) } };
}

/** The surplus that was told last. */
function toldOf(windows: readonly WindowRecord[]): Told | null {
  return windows.findLast(({ told }) => told !== null)?.told ?? null;
}

function usualDay(spans: readonly Span[]): number {
  const daily = spans
    .slice(-WATCHED)
    .map(({ billed, days }) => billed / Math.max(1, days))
    .sort((a, b) => a - b);
  return daily[Math.floor(daily.length / 2)] ?? 0;
}
