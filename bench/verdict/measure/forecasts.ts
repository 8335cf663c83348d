import type { RunningTotal } from '../play/running-total.ts';
import { DAY } from '../world/time.ts';
import type { AirportTruth, World } from '../world/world.ts';
import { type AuditResult, auditResults } from './audit-results.ts';
import { formerRange } from './former-forecast.ts';
import type { Tally } from './statistics.ts';

const FIRST_NIGHT = 3 * DAY;
/** Beyond, all are simply "long": a day without use would make an error of years. */
const FARTHEST = 60;

export const NO_FORECASTS = {
  nights: 0,
  /** Sums of absolute errors, in days. */
  ours: 0,
  meanSoFar: 0,
  today: 0,
  /** Nights with a range, those in which it held the truth, and sums of its width next to that of the former rule. */
  ranges: 0,
  within: 0,
  formerWithin: 0,
  width: 0,
  formerWidth: 0,
  /** Nights with a chance to last until the reset, how many lasted, and the sum of squared errors. */
  chances: 0,
  lasted: 0,
  squares: 0,
  /** Nights on which at least 90 % were given, and those of them that lasted. */
  sure: 0,
  sureLasted: 0,
};

type Forecasts = Tally<keyof typeof NO_FORECASTS>;

/** What is said every night of how long the first airport's quota lasts, next to what came. */
export async function judgeForecasts(world: World, nightsUntil: number): Promise<Forecasts> {
  const truth = world.airports[0];
  const sum = { ...NO_FORECASTS };
  if (truth === undefined) return sum;
  const { begin } = world.draft;
  const billed: RunningTotal = { begin: 0, at: (at) => truth.upload.at(at) + truth.download.at(at) };
  for (const night of (await auditResults(world)).get(truth.airport.name) ?? []) {
    if (!night.report || night.at < begin + FIRST_NIGHT || night.at > nightsUntil) continue;
    judgeNight(sum, night, truth, billed, begin, world.draft.end);
  }
  return sum;
}

function judgeNight(
  sum: { -readonly [key in keyof Forecasts]: number },
  { at, used, forecast }: AuditResult,
  { airport }: AirportTruth,
  billed: RunningTotal,
  begin: number,
  end: number,
): void {
  if (used === undefined || !forecast.known) return;
  const remaining = airport.quota - used;
  if (remaining <= 0) return;
  const left = daysUntil(billed, at, remaining, end);
  const cut = (days: number): number => Math.min(FARTHEST, days);
  const soFar = (billed.at(at) - billed.at(begin)) / ((at - begin) / DAY);
  sum.nights += 1;
  sum.ours += Math.abs(cut(forecast.days) - cut(left));
  sum.meanSoFar += Math.abs(cut(remaining / soFar) - cut(left));
  sum.today += Math.abs(cut(remaining / (billed.at(at) - billed.at(at - DAY))) - cut(left));
  const former = formerRange(billed, begin, at, remaining);
  if (forecast.range !== undefined && former !== undefined) {
    const { low, high } = { low: forecast.range.low, high: forecast.range.high ?? Number.POSITIVE_INFINITY };
    sum.ranges += 1;
    sum.within += left >= low && left <= high ? 1 : 0;
    sum.formerWithin += left >= former.low && left <= former.high ? 1 : 0;
    sum.width += cut(high) - cut(low);
    sum.formerWidth += cut(former.high) - cut(former.low);
  }
  const chance = forecast.reset?.chance;
  if (chance === undefined || forecast.reset === undefined) return;
  const lasts = left >= forecast.reset.days ? 1 : 0;
  sum.chances += 1;
  sum.lasted += lasts;
  sum.squares += (chance - lasts) ** 2;
  if (chance < 0.9) return;
  sum.sure += 1;
  sum.sureLasted += lasts;
}

/** Days until so many bytes more are billed; as many as are known where they are not. */
function daysUntil(billed: RunningTotal, at: number, bytes: number, end: number): number {
  const wanted = billed.at(at) + bytes;
  if (billed.at(end) < wanted) return (end - at) / DAY;
  let [low, high] = [at, end];
  while (high - low > 60_000) {
    const middle = (low + high) / 2;
    if (billed.at(middle) < wanted) low = middle;
    else high = middle;
  }
  return (high - at) / DAY;
}
