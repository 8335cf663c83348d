import type { Change } from './finding.ts';
import { HEAVY_TAILS } from './fit.ts';
import { habitOf, habitWithStep } from './learn.ts';
import type { Habit, NightExcess, Prediction, Span } from './span.ts';
import { studentQuantile, sum } from './statistics.ts';

const MIB = 2 ** 20;

/**
 * The chance at which a test calls chance a change. Tests of nights in a row see much the same figures: about two of them
 * are independent, so that an airport of which nothing is wrong is accused once in a hundred years.
 */
const FALSE_ALARM = 3e-5;
/** Windows among which a change is looked for; what is older is learned. */
export const WATCHED = 14;
/** Windows of the same habit before a change that tell what was usual. */
const FEWEST_BEFORE = 5;
/** A change costs nobody anything below, in all and a day. */
const SMALLEST = 100 * MIB;
const SMALLEST_DAILY = 25 * MIB;
/** Meters that agree best differ by so much of the use (NetForecast's audits of ISP meters). */
const SMALLEST_SHARE = 0.005;
/** Without its largest window, a change must still score so much of what it needs: one odd night is none. */
const STEADY = 0.5;
/** In most of its windows, it shows this part of what it comes to a day. */
const MOST = 2 / 3;
const SHOWN = 0.25;
/** It has ended once the newest windows show less than this part. */
const ENDED = 1 / 3;
/** Standard deviations by which it must be less. */
const SURELY = 2;
/** A change that was told is told until it shows clearly no more. */
const STILL = 0.5;
/** Before a day is over it must stand out more: the report is near, and would otherwise take back some of what was told. */
const EARLY = 1.5;
const NEWEST = 3;
/** What comes and goes is over when it is away for so many times the longest that it was before. */
const PAUSES = 2;
/** What a step leaves where none is looked for, as a share of what would matter. */
const HINT = 0.3;
/** Days that a change must show in, all of them and without the window that shows most of it. */
const FEWEST_DAYS = 1.5;
const FEWEST_OTHER_DAYS = 0.4;
/** A change goes beyond what windows in a row have shown before by so much, and what one window alone shows by more. */
const UNSEEN = 1.3;
const UNSEEN_ALONE = 2;

/**
 * Looks for an excess that began at some time and stayed: for each of the last windows, the bytes a day billed since besides
 * everything that the windows before and after show of prices (a generalised likelihood ratio test for a step in a
 * regression, with the deviations that the windows themselves show; Lorden 1971, Siegmund and Venkatraman 1995).
 *
 * @param spans oldest first, the one that is judged last
 * @param regime where the present habit began, epoch milliseconds
 * @param ongoing where the change began that the window before showed, epoch milliseconds
 * @param early whether the last is a part of a day
 */
export function changeOf(
  spans: readonly Span[],
  regime: number,
  ongoing: number | null,
  early = false,
): Change | undefined {
  return search(spans, regime, ongoing, 1, early ? EARLY : 1);
}

/** The same of what is billed less than before. */
export function fallOf(spans: readonly Span[], regime: number): Change | undefined {
  return search(spans, regime, null, -1, 1);
}

function search(
  spans: readonly Span[],
  regime: number,
  ongoing: number | null,
  sign: 1 | -1,
  more: number,
): Change | undefined {
  let found: { readonly change: Change; readonly score: number } | undefined;
  const before = spans.filter(({ from }) => from < regime).length;
  const stepless = habitOf(spans, regime);
  const earliest = Math.max(before + FEWEST_BEFORE, spans.length - WATCHED);
  // What was told is no news when it comes back after its end: another change shows in later windows by itself.
  const told = spans.findLastIndex(
    ({ record: { changed, kind } }) => changed !== null && (kind === 'leak' || kind === 'drift'),
  );
  for (let start = spans.length - 1; start >= earliest; start -= 1) {
    const since = spans.slice(start);
    const [first] = since;
    if (first === undefined) continue;
    const lasts = ongoing !== null && first.from <= ongoing && ongoing < first.to;
    const days = sum(since, (span) => span.days);
    // A step that is worth the work leaves something also where none is looked for.
    const worth = excessOf(since, stepless, sign) > HINT * Math.max(SMALLEST, chanceOf(since, stepless));
    if (!lasts && (start <= told || days < FEWEST_DAYS || !worth)) continue;
    const habit = habitWithStep(spans, regime, first.from, stepless);
    const excess = excessOf(since, habit, sign);
    const expected = sum(since, (span) => span.billed - habit.residualOf(span));
    const least = Math.max(SMALLEST, SMALLEST_DAILY * days, SMALLEST_SHARE * expected);
    if (excess < least || isOver(since, habit, sign, lasts)) continue;
    // What has been found may come and go: to the regression its odd days are chance.
    const daily = lasts ? excess / days : Math.min(excess / days, sign * habit.step.likely);
    const score = daily / (habit.step.deviation * Math.sqrt(habit.longRun(since.length)));
    // Chance has heavier tails in few nights than in many.
    const nights = sum(since, (span) => Math.max(1, span.nights.length));
    const needed = Math.max(neededOf(habit, since.length), studentQuantile(FALSE_ALARM, HEAVY_TAILS * nights));
    if (score < (lasts ? STILL : more) * needed || score <= (found?.score ?? 0)) continue;
    if (!lasts && !isSteady(since, habit, sign)) continue;
    found = { change: { since: first.from, days, bytes: Math.round(excess) }, score };
    if (lasts) return found.change;
  }
  return found?.change;
}

/** How many standard deviations are more than chance in so many windows: rare by what is known of the noise, and never seen before. */
export function neededOf(habit: Habit, windows: number, unseen = UNSEEN): number {
  return Math.max(
    studentQuantile(FALSE_ALARM, habit.freedom),
    (unseen * habit.highest(windows)) / Math.sqrt(habit.longRun(windows)),
  );
}

/** The same of one window by itself, without any that bears it out. */
export const neededAlone = (habit: Habit): number => neededOf(habit, 1, UNSEEN_ALONE);

/**
 * Bytes billed beyond the expectation, as the bills stand or with what was deferred moved to where it was used, as far as
 * that is known, whichever is less: what only one of them shows may be a lag.
 */
function excessOf(spans: readonly Span[], habit: Habit, sign: 1 | -1): number {
  const expected = sum(spans, (span) => span.billed - habit.residualOf(span));
  const plain = sum(spans, ({ bill }) => bill);
  const moved = plain + sum(spans, ({ deferred }) => deferred);
  const slack = Math.max(0, ...spans.map((span) => span.slack));
  return sign === 1 ? Math.min(plain, moved + slack) - expected : expected - Math.max(plain, moved - slack);
}

/** The standard deviation of the bill of one window. */
export function deviationOf({ chance, unsure }: Prediction): number {
  return Math.sqrt(chance + unsure);
}

/** What chance alone makes of so many windows, as a standard deviation. */
function chanceOf(spans: readonly Span[], habit: Habit): number {
  return Math.sqrt(habit.predict(spans).chance * habit.longRun(spans.length));
}

/** A night of a span, and what it shows of a change. */
interface Night extends NightExcess {
  readonly span: Span;
}

/** What was observed of nights tells how a span's excess lies among them. */
function nightsWithin(span: Span, habit: Habit, sign: 1 | -1): Night[] {
  const excess = excessOf([span], habit, sign);
  if (span.nights.length < 2) return [{ span, days: span.days, excess }];
  const observed = sign * sum(span.nights, (night) => night.excess);
  return span.nights.map((night) => ({
    span,
    days: night.days,
    excess: sign * night.excess + ((excess - observed) * night.days) / span.days,
  }));
}

/** Whether most nights of a change show it, also without the one that shows most: one odd night is none. */
function isSteady(spans: readonly Span[], habit: Habit, sign: 1 | -1): boolean {
  const days = sum(spans, (span) => span.days);
  const daily = excessOf(spans, habit, sign) / days;
  const nights = spans.flatMap((span) => nightsWithin(span, habit, sign));
  const farthest = nights.reduce((most, night) => (night.excess > most.excess ? night : most));
  const shown = nights.filter(({ excess, days }) => excess >= SHOWN * daily * days);
  if (shown.length < MOST * nights.length || days - farthest.days < FEWEST_OTHER_DAYS) return false;
  const others = spans.filter((span) => span !== farthest.span);
  const rest = nights.filter((night) => night.span === farthest.span && night !== farthest);
  const excess = excessOf(others, habit, sign) + sum(rest, (night) => night.excess);
  const ofRest = habit.predict([farthest.span]).chance * (sum(rest, (night) => night.days) / farthest.span.days);
  const windows = others.length + Math.sign(rest.length);
  const chance = (habit.predict(others).chance + ofRest) * habit.longRun(windows);
  return excess > STEADY * neededOf(habit, windows) * Math.sqrt(chance);
}

/**
 * Whether the newest windows show so little of a change that chance does not hide it.
 *
 * @param told whether it was told: then it may come and go
 */
function isOver(spans: readonly Span[], habit: Habit, sign: 1 | -1, told: boolean): boolean {
  const newest = spans.slice(-Math.max(NEWEST, told ? PAUSES * longestPause(spans, habit, sign) : 0));
  const going = (excessOf(spans, habit, sign) * sum(newest, ({ days }) => days)) / sum(spans, ({ days }) => days);
  const shown = excessOf(newest, habit, sign);
  return shown <= 0 || (shown < ENDED * going && shown + SURELY * chanceOf(newest, habit) < going);
}

/** The most windows in a row that show nothing of a change, between two that do. */
function longestPause(spans: readonly Span[], habit: Habit, sign: 1 | -1): number {
  const daily = excessOf(spans, habit, sign) / sum(spans, ({ days }) => days);
  const shown = spans.flatMap((span, index) =>
    excessOf([span], habit, sign) < SHOWN * daily * span.days ? [] : [index],
  );
  return Math.max(0, ...shown.slice(1).map((at, index) => at - (shown[index] ?? at) - 1));
}
