import { deviationOf, fallOf, neededAlone, neededOf, WATCHED } from './change.ts';
import { compared } from './compared.ts';
import type { Change, Surplus } from './finding.ts';
import { habitOf } from './learn.ts';
import {
  isGross,
  type Past,
  pastOf,
  type RecentChange,
  recentChangeOf,
  restOf,
  unspreadOf,
  usualDay,
} from './recent-change.ts';
import { DAY, type Habit, type Prediction, type Span, type WindowRecord } from './span.ts';
import { type Answer, hasEnded, lastReported, mostTold, surplusOf } from './surplus.ts';
import type { Estimate } from './use.ts';
import type { Thresholds } from './verdict.ts';

/** Standard deviations that a stated range reaches to either side. */
const RANGE = 2;
/** Windows after which prices below names are believed. */
const YOUNG = 21;
interface ExpectedBill {
  readonly prediction: Prediction;
  readonly deviation: number;
  readonly expected: Estimate;
}

/** What the window should be billed by the habit. */
function expectationOf({ now, deferred }: Past, habit: Habit): ExpectedBill {
  const prediction = habit.predict([now]);
  const deviation = deviationOf(prediction);
  // What is deferred moves the bill, not the use.
  const moved = Math.max(0, prediction.likely - deferred);
  const expected = {
    low: Math.floor(Math.max(0, moved - RANGE * deviation)),
    likely: Math.round(moved),
    high: Math.ceil(moved + RANGE * deviation),
  };
  return { prediction, deviation, expected };
}

/** How far a bill is too high. */
interface Gross {
  /** Bytes billed above the highest expectation; negative where the bill fits. */
  readonly excess: number;
  /** Whether that is above the thresholds. */
  readonly gross: boolean;
  /** Whether so much is more than chance, by what is known of the airport. */
  readonly sure: boolean;
}

/**
 * How far the bill is above the highest expectation, with what may be deferred, whether that is above the thresholds, and
 * whether it is more than chance.
 *
 * @param told bytes a day above names of which a person was told
 */
function grossOf(
  { now }: Past,
  { bill, named, backlog }: WindowRecord,
  { prediction: { likely }, deviation, expected }: ExpectedBill,
  { usual, habit }: RecentChange,
  told: number,
  { bytes, ratio }: Thresholds,
): Gross {
  // A price that few windows show to be below its name may be no price, but the odd week that they were.
  const dearest = usual.length < YOUNG ? named.high : 0;
  const most = Math.max(expected.high, Math.max(likely, dearest) + backlog + RANGE * deviation);
  const limit = Math.max(
    most + unspreadOf(now, habit),
    told === 0 ? 0 : named.high + backlog + told * Math.max(1, now.days),
  );
  // What is rounded is in doubt by itself, and twice its deviation is more than it can be.
  const excess = bill.likely - limit;
  // A longer window is held to the share of one day: what is not known does not grow with the days. Until a day is over,
  // the rest of a usual one is held against it: early in a day a short lag is a large share.
  // A day far above the usual one is held to the share of two usual ones: what somebody takes does not grow with it.
  const day = usualDay(usual);
  const rest = restOf(now, usual);
  const twoDays = day === 0 ? Number.POSITIVE_INFINITY : 2 * day * Math.max(1, now.days);
  const share = Math.min(twoDays, likely + RANGE * deviation + rest) * ratio;
  return {
    excess,
    gross: excess > bytes && excess > share / Math.max(1, now.days),
    sure: bill.likely - Math.max(expected.likely, likely + backlog) > neededAlone(habit) * deviation,
  };
}

/** Whether a bill is below what names and habit admit, even if all that was used within the largest lag is still to come. */
function isLacking(
  { now, whole }: Past,
  { bill, named, unbilled }: WindowRecord,
  { prediction: { likely }, deviation, expected }: ExpectedBill,
  habit: Habit,
  { bytes, ratio }: Thresholds,
): boolean {
  const floor = Math.min(expected.low, named.low);
  const most = now.bill + unbilled;
  return (
    whole &&
    bill.high !== null &&
    floor - most - now.doubt > Math.max(bytes, ratio * floor) &&
    likely - most > neededOf(habit, 1) * deviation
  );
}

/** What windows so far and the one that is judged show together, before silent devices are weighed. */
export interface Judgement extends Gross {
  readonly habit: Habit;
  /** What the window should be billed, bytes deferred from before included: nine times of ten and more. */
  readonly expected: Estimate;
  /** Whether the airport's lag is known. */
  readonly lagKnown: boolean;
  /** Whether the bill is below what names and habit admit, beyond the thresholds. */
  readonly lacking: boolean;
  readonly change?: Change;
  /** Where a change began, also one that is no news since a person knows of it, epoch milliseconds; null for none. */
  readonly changed: number | null;
  /** Whether the change is above the thresholds. */
  readonly changeIsGross: boolean;
  readonly surplus?: Surplus;
  /** Whether a surplus that a person calls a leak is still there. */
  readonly leaks: boolean;
}

/** By then the airport has billed what it had deferred at the first reading, and has shown its lag. */
const LAG_KNOWN_AFTER = 5 * DAY;
/** A habit that has become cheaper is a new habit after so many windows. */
const SETTLED = 5;

/** What windows so far show of the airport; those of a change that is going on say nothing of what is usual. */
export function presentHabit(windows: readonly WindowRecord[]): Habit {
  const { regime = 0, changed = null } = windows.at(-1) ?? {};
  const { spans } = compared(windows);
  return habitOf(changed === null ? spans : spans.filter(({ to }) => to <= changed), regime);
}

/** How a window is looked at. */
interface Look {
  /** Whether a report asks. */
  readonly report: boolean;
  /** The change that the look before, at the same window, showed; null for none. */
  readonly shown: Change | null;
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
  { report, shown }: Look,
): Judgement {
  const given = answers.filter(({ at }) => at <= current.to);
  const past = pastOf(windows, current, report);
  const recent = recentChangeOf(windows, past, given, thresholds, shown);
  const { change, habit } = recent;
  const outlook = expectationOf(past, habit);
  const owned = (each: Span): Span => withLearnedShares(each, habit);
  const steady = (since: number): Surplus | undefined => {
    const spans = (recent.since === null || recent.hasGrown ? past.all : recent.usual).filter(
      ({ from }) => from >= since,
    );
    return surplusOf(spans.map(owned), since <= past.first, given, lastReported(windows, given));
  };
  const surplus = (recent.hasGrown ? steady(recent.since ?? past.regime) : undefined) ?? steady(past.regime);
  const last = windows.at(-1);
  return {
    habit,
    expected: outlook.expected,
    ...grossOf(past, current, outlook, recent, mostTold(windows, given), thresholds),
    // A window that stayed open longer is judged for its last day.
    lagKnown: Math.max(current.from, current.to - DAY) - past.first >= LAG_KNOWN_AFTER,
    lacking: isLacking(past, current, outlook, habit, thresholds),
    changed: recent.since,
    // What was gross once stays a leak until it ends.
    changeIsGross:
      change !== undefined &&
      (isGross(change, past.now, recent, habit, thresholds) || (last?.kind === 'leak' && last.changed !== null)),
    leaks:
      (surplus?.answered === 'leak' && !hasEnded(past.all.map(owned), surplus)) ||
      (change !== undefined && recent.answer === 'leak'),
    ...(change === undefined ? {} : { change }),
    ...(surplus === undefined ? {} : { surplus }),
  };
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

/** A span whose shared nodes are expected as far as bills have shown them to be this airport's. */
function withLearnedShares(span: Span, habit: Habit): Span {
  const shares = [...span.nodes.values()];
  if (shares.every(({ owners }) => owners === 1)) return span;
  const high = shares.reduce((sum, share) => {
    const most = share.multiplier.high;
    return sum + share.bytes * (share.owners === 1 ? most : Math.min(most, habit.multiplierOf(share).likely));
  }, span.checks);
  return { ...span, named: { ...span.named, high: Math.ceil(high) } };
}
