import type { RunningTotal } from '../play/running-total.ts';
import { DAY } from '../world/time.ts';

const WEEK = 7;
const DAYS_BACK = 28;
const HALF_LIFE = 14;
const MEAN_WORTH = 3;
const USUAL_SPREAD = 0.6;
const SPREAD_WORTH = 4;
const FARTHEST = 400;
/** Standard deviations to either side of a range of 80 %. */
const DEVIATIONS = 1.2816;

/** Days left at worst and at best. */
interface Range {
  readonly low: number;
  readonly high: number;
}

interface Habit {
  readonly expected: (day: number) => number;
  readonly spread: number;
  readonly unsure: number;
}

/**
 * The range of 80 % that FlowCollect gave before: newer days of the last four weeks count more, each day of the week by
 * itself, and days differ by a normal distribution.
 *
 * @param billed what was billed by an instant
 * @param since when the first of the days begins
 * @returns undefined before a whole day was seen
 */
export function formerRange(billed: RunningTotal, since: number, at: number, remaining: number): Range | undefined {
  const habit = habitOf(billed, since, at);
  if (habit === undefined) return undefined;
  return { low: exhausted(habit, remaining, DEVIATIONS), high: exhausted(habit, remaining, -DEVIATIONS) };
}

function habitOf(billed: RunningTotal, since: number, at: number): Habit | undefined {
  const count = Math.min(DAYS_BACK, Math.floor((at - since) / DAY));
  if (count < 1) return undefined;
  const days = Array.from({ length: count }, (_, back) => ({
    bytes: billed.at(at - back * DAY) - billed.at(at - (back + 1) * DAY),
    weight: 0.5 ** (back / HALF_LIFE),
  }));
  const sum = (of: (day: { bytes: number; weight: number }, back: number) => number): number =>
    days.reduce((total, day, back) => total + of(day, back), 0);
  const weights = sum(({ weight }) => weight);
  const mean = sum(({ bytes, weight }) => bytes * weight) / weights;
  const factors = Array.from({ length: WEEK }, (_, weekday) => {
    const same = days.filter((_, back) => back % WEEK === weekday);
    const total = same.reduce((all, { bytes }) => all + bytes, 0);
    return mean === 0 ? 1 : (total + MEAN_WORTH * mean) / ((same.length + MEAN_WORTH) * mean);
  });
  const factorOf = (back: number): number => factors[((back % WEEK) + WEEK) % WEEK] ?? 1;
  const squares = sum(({ bytes }, back) => (bytes - mean * factorOf(back)) ** 2);
  const spread = Math.sqrt((squares + SPREAD_WORTH * (USUAL_SPREAD * mean) ** 2) / (count + SPREAD_WORTH));
  const effective = weights ** 2 / sum(({ weight }) => weight ** 2);
  return { expected: (day) => mean * factorOf(-day), spread, unsure: spread / Math.sqrt(effective) };
}

/** Days until the use of all days, so many deviations above what is expected, comes to the bytes. */
function exhausted({ expected, spread, unsure }: Habit, bytes: number, deviations: number): number {
  let [sum, before] = [0, 0];
  for (let day = 1; day <= FARTHEST; day += 1) {
    sum += expected(day);
    const used = Math.max(before, sum + deviations * Math.sqrt(day * spread ** 2 + (day * unsure) ** 2));
    if (used >= bytes) return day - 1 + (bytes - before) / (used - before);
    before = used;
  }
  return FARTHEST;
}
