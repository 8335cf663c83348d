import { forecast } from '../../auditor/verdict/forecast.ts';
import { createRandom } from '../../simulator/random.ts';
import { DAY } from './household-use.ts';
import { BEGIN, type SimulatedAirport } from './simulated-airport.ts';

/** One forecast beside what came true. */
export interface Forecasted {
  readonly truth: number;
  readonly ours: number;
  /** Remaining bytes by what today was billed, as the earlier FlowCollect had it. */
  readonly theirs: number;
  /** Whether the truth was within the range. */
  readonly within: boolean;
}

const FIRST_DAY = 3;
/** Beyond, both are simply "long": a day without use would make an error of years. */
const FARTHEST = 60;

/**
 * Asks every night for the days left of a quota that lasts ten to thirty days of the airport's months.
 *
 * @param days how many days are simulated
 */
export function forecastNights(airport: SimulatedAirport, days: number): Forecasted[] {
  const random = createRandom(`quota of ${airport.plan.seed}`);
  const { own } = airport;
  const used = (day: number): number => own.at(BEGIN + day * DAY) - own.at(BEGIN);
  const quota = used(random.between(10, 30));
  const nights: Forecasted[] = [];
  for (let day = FIRST_DAY; day < days && used(day) < quota; day += 1) {
    const at = BEGIN + day * DAY;
    const figures = { used: Math.round(used(day)), quota: Math.round(quota), unlimited: false, precision: 0 };
    const reading = { at, upload: null, download: null, expiry: null, reset: null, reasons: [], ...figures };
    const trail = Array.from({ length: day }, (_, each) => ({ at: BEGIN + each * DAY, used: Math.round(used(each)) }));
    const result = forecast(reading, trail);
    if (!result.known) continue;
    let truth = 0;
    while (used(day + truth) < quota) truth += 0.05;
    const [today, left] = [used(day) - used(day - 1), quota - used(day)];
    const { range } = result;
    const within = range !== undefined && truth >= range.low && truth <= (range.high ?? Number.POSITIVE_INFINITY);
    nights.push({ truth, ours: Math.min(FARTHEST, result.days), theirs: Math.min(FARTHEST, left / today), within });
  }
  return nights;
}
