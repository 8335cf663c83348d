import { NOISE } from './fit.ts';
import { DAY, isComparable, type WindowRecord } from './span.ts';
import { distancesFromMedian, median, sum } from './statistics.ts';
import { TAIL_MINUTES } from './use.ts';

const HOUR = 3_600_000;
/** The oldest figures of an airport that counts once an hour, in minutes. */
export const LONGEST_AGE = 60;
/** Windows among which the age of figures is looked for, and the fewest that tell it. */
const MOST_WINDOWS = 30;
const FEWEST_WINDOWS = 5;
/** Bills must go so much steadier with use. */
const STEADIER = 0.7;
/** The best of many ages fits some windows by chance, as if it had so many fewer of them. */
const CHOSEN = 4;
/** An age is right where it leaves what a prompt meter does; of longer batches any age explains a part. A share of a usual day. */
const STEADY = 2 * NOISE;
/** How far ends of windows may be from the same minute of an hour. */
const SAME_MINUTE = 150_000;

/**
 * How old an airport's figures are at the ends of windows, as an airport's that counts once an hour at the same minute: the
 * age by which bills go steadier with use than as they are, and than with what observations showed to be deferred.
 *
 * @returns whole minutes; undefined where no age of an hour or less makes them steady
 */
export function ageOf(windows: readonly WindowRecord[]): number | undefined {
  const recent = windows.slice(-MOST_WINDOWS - 1);
  const pairs = recent.flatMap((window, index) => {
    const before = recent[index - 1];
    return before?.whole === true && window.whole && isComparable(window) ? [{ window, before }] : [];
  });
  const surplusOf = ({ bill, named, from, to }: WindowRecord, deferred: number): number =>
    ((bill.likely + deferred - named.likely) * DAY) / (to - from);
  const plain = spreadOf(pairs.map(({ window }) => surplusOf(window, 0)));
  const observed = spreadOf(pairs.map(({ window }) => surplusOf(window, window.deferred)));
  const daily = median(pairs.map(({ window: { named, from, to } }) => (named.likely * DAY) / (to - from)));
  let least = Math.min(STEADIER * (1 - CHOSEN / pairs.length) * Math.min(plain, observed), STEADY * daily);
  let found: number | undefined;
  for (let age = 1; least > 0 && age <= (TAIL_MINUTES.at(-1) ?? 0); age += 1) {
    const surplus = pairs.flatMap(({ window, before }) => {
      const deferred = deferredBy(age, window, before);
      return deferred === undefined ? [] : [surplusOf(window, deferred)];
    });
    const spread = spreadOf(surplus);
    if (surplus.length >= FEWEST_WINDOWS && spread < least) [found, least] = [age, spread];
  }
  return found === undefined || found > LONGEST_AGE ? undefined : found;
}

/** The mean distance of surpluses from their median. A quarter of them may be odd ones. */
function spreadOf(surplus: readonly number[]): number {
  const usual = distancesFromMedian(surplus).slice(0, Math.ceil(0.75 * surplus.length));
  return sum(usual, (each) => each) / Math.max(1, usual.length);
}

/** Bytes that figures of this age leave to the next window, less those of the one before; undefined where it tells none. */
function deferredBy(
  age: number,
  { from, to, tail }: WindowRecord,
  before: WindowRecord | undefined,
): number | undefined {
  const atStart = before?.to === from ? tailOf(before.tail, age) : undefined;
  const atEnd = tailOf(tail, age);
  const offset = Math.abs(((to - from + HOUR / 2) % HOUR) - HOUR / 2);
  return atStart === undefined || atEnd === undefined || offset > SAME_MINUTE ? undefined : Math.round(atEnd - atStart);
}

/**
 * A window with what was billed of the use up to its ends, where the airport's figures were of this age at both: as they are
 * at the same minute of any hour, for airports that count once an hour or more often. What the age does not tell is hidden.
 *
 * @param age minutes
 */
export function agedWindow(age: number, window: WindowRecord, before: WindowRecord | undefined): WindowRecord {
  const { bill } = window;
  const unmoved = { ...window, deferred: 0, slack: 0 };
  const deferred = deferredBy(age, window, before);
  if (deferred === undefined) return { ...unmoved, bill: { ...bill, high: null, onlyResets: false } };
  return {
    ...unmoved,
    bill: {
      ...bill,
      low: bill.low + deferred,
      likely: bill.likely + deferred,
      high: bill.high === null ? null : bill.high + deferred,
    },
    nearEdges: Math.hypot(doubtAround(before?.tail ?? [], age), doubtAround(window.tail, age)),
  };
}

/** The standard deviation of an instant of which only its ends are known, as a share of what lies between them. */
const SOMEWHERE = 1 / Math.sqrt(12);

/** How far the bytes of an age may be off: they moved at some time between the ages around it that are remembered. */
function doubtAround(tail: readonly number[], age: number): number {
  const next = TAIL_MINUTES.findIndex((each) => each >= age);
  return SOMEWHERE * ((tail[next] ?? 0) - (tail[next - 1] ?? 0));
}

/** Bytes of the last minutes before the end of a window, evenly between those that are known; undefined where none are. */
export function tailOf(tail: readonly number[], minutes: number): number | undefined {
  const next = TAIL_MINUTES.findIndex((each) => each >= minutes);
  const [after, bytes] = [TAIL_MINUTES[next], tail[next]];
  if (after === undefined || bytes === undefined) return tail.at(-1);
  const [begin, before] = [TAIL_MINUTES[next - 1] ?? 0, tail[next - 1] ?? 0];
  return before + ((bytes - before) * (minutes - begin)) / (after - begin);
}
