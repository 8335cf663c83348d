import type { VerdictKind } from '../auditor/verdict/verdict-kind.ts';
import { createRandom } from '../simulator/random.ts';
import type { BenchContext } from './bench.ts';
import { type Cell, type Figure, percent, type Section } from './table.ts';
import { auditMonths, earlierRule, type Heard, highestBill, THRESHOLDS } from './verdict/audited-months.ts';
import { type Forecasted, forecastNights } from './verdict/forecast-error.ts';
import { DAY, STEP } from './verdict/household-use.ts';
import { BEGIN, type Leak, type SimulatedAirport, simulateAirport } from './verdict/simulated-airport.ts';

const MIB = 2 ** 20;
const MONTH = 30;

/** Who is right about a bill, over months of simulated airports. */
export async function* verdict({ quick }: BenchContext): AsyncGenerator<Section> {
  yield falseAlarms(quick ? 30 : 250);
  yield leaks(quick ? 40 : 400);
  yield drips(quick ? 20 : 200);
  yield forecasts(quick ? 20 : 200);
}

const count = (value: number): string => String(value);

/** Alarms that follow each other count once. */
function episodes(heard: readonly Heard[], kinds: readonly VerdictKind[]): number {
  let alarms = 0;
  let alarmed = false;
  for (const { kind } of heard) {
    const alarm = kinds.includes(kind);
    if (alarm && !alarmed) alarms += 1;
    if (kind !== 'unknown') alarmed = alarm;
  }
  return alarms;
}

function falseAlarms(airports: number): Section {
  const months = 4;
  let [ours, drift, theirs, open] = [0, 0, 0, 0];
  for (let index = 0; index < airports; index += 1) {
    const airport = simulateAirport({ seed: `honest ${index}`, days: months * MONTH, troubled: true });
    const heard = auditMonths(airport);
    ours += episodes(heard, ['leak']);
    drift += episodes(heard, ['drift']);
    open += heard.filter(({ kind, report }) => report && kind === 'incomplete').length;
    theirs += episodes(earlierRule(airport), ['leak']);
  }
  const years = (airports * months) / 12;
  const yearly = (count: number, atMost?: number): Figure => ({
    value: count / years,
    unit: 'a year',
    digits: 3,
    ...(atMost === undefined ? {} : { atMost }),
  });
  return {
    title: `Honest airports: ${airports * months} airport-months`,
    method:
      'Alarms per airport-year without any leak. Lags of seconds, batches of hours, bills at the end of a connection, multipliers by name, by hour and unsure, resets, offline phones, health checks, header gaps, a daily noise of 0.5 %. Alarms in a row count once.',
    columns: ['rule', 'false alarms', 'as leak', 'as drift', 'nights left open'],
    rows: [
      ['FlowCollect', yearly(ours + drift, 0.1), yearly(ours), yearly(drift), count(open)],
      ['the earlier FlowCollect', yearly(theirs), yearly(theirs), yearly(0), count(0)],
    ],
  };
}

/**
 * When the airport's counter first showed a leak above the threshold within one day of account, by the truth, and could
 * be read; undefined when it never did.
 */
function passedAt(airport: SimulatedAirport): number | undefined {
  const { ownBilled, leakBilled, plan } = airport;
  for (let day = 0; day < plan.days - 4; day += 1) {
    const [from, to] = [BEGIN + day * DAY, BEGIN + (day + 1) * DAY];
    const high = highestBill(airport, from, to);
    const needed = high + Math.max(THRESHOLDS.bytes, THRESHOLDS.ratio * high) - (ownBilled.at(to) - ownBilled.at(from));
    if (leakBilled.at(to) - leakBilled.at(from) <= needed) continue;
    let at = from;
    while (leakBilled.at(at) - leakBilled.at(from) <= needed || airport.used(at) === undefined) at += STEP;
    return at;
  }
  return undefined;
}

interface Found {
  readonly leaks: number;
  readonly afterOneDay: number;
  readonly afterThreeDays: number;
  readonly byEarlierRule: number;
}

function leaks(airports: number): Section {
  const shapes = ['burst', 'drip', 'evening'] as const;
  const found = shapes.map((shape) => findLeaks(shape, airports));
  const sum = (figure: keyof Found): number => found.reduce((total, each) => total + each[figure], 0);
  const all: Found = {
    leaks: sum('leaks'),
    afterOneDay: sum('afterOneDay'),
    afterThreeDays: sum('afterThreeDays'),
    byEarlierRule: sum('byEarlierRule'),
  };
  const row = (name: string, each: Found, ...goals: readonly number[]): Cell[] => [
    name,
    count(each.leaks),
    percent(1 - each.afterOneDay / each.leaks, goals[0]),
    percent(1 - each.afterThreeDays / each.leaks, goals[1]),
    percent(1 - each.byEarlierRule / each.leaks),
  ];
  return {
    title: 'Leaks above the threshold',
    method:
      'Months of such airports with a leak of 150 MB to 30 GB a day that begins at any time: two hours long, constant, or every evening. Missed one and three days after the airport could be read to have billed 100 MB and 20 % more on one day than the highest honest bill: multipliers as named, what was late or was reported late, 5 % overhead and 32 MB of health checks.',
    columns: ['shape', 'leaks', 'missed after a day', 'missed after three days', 'the earlier FlowCollect, a day'],
    rows: [...shapes.map((shape, index) => row(shape, found[index] ?? all)), row('all', all, 1, 0)],
  };
}

function findLeaks(shape: Leak['shape'], wanted: number): Found {
  let [leaks, afterOneDay, afterThreeDays, byEarlierRule] = [0, 0, 0, 0];
  for (let index = 0; leaks < wanted && index < wanted * 4; index += 1) {
    const seed = `leak ${shape} ${index}`;
    const leak = drawLeak(shape, seed);
    const airport = simulateAirport({ seed, days: MONTH, troubled: true, leak });
    const passed = passedAt(airport);
    if (passed === undefined) continue;
    leaks += 1;
    const within = (heard: readonly Heard[], days: number): number =>
      heard.some(({ at, kind }) => kind === 'leak' && at >= leak.start && at <= passed + days * DAY) ? 1 : 0;
    const heard = auditMonths(airport);
    afterOneDay += within(heard, 1);
    afterThreeDays += within(heard, 3);
    byEarlierRule += within(earlierRule(airport), 1);
  }
  return { leaks, afterOneDay, afterThreeDays, byEarlierRule };
}

function drawLeak(shape: Leak['shape'], seed: string): Leak {
  const random = createRandom(`size of ${seed}`);
  const bytes = 150 * MIB * Math.exp(random.between(0, Math.log(200)));
  return { shape, start: BEGIN + random.between(1, 22) * DAY, bytes };
}

function drips(airports: number): Section {
  let [found, early, theirs, delays] = [0, 0, 0, 0];
  for (let index = 0; index < airports; index += 1) {
    const start = BEGIN + 14 * DAY;
    const leak: Leak = { shape: 'drip', start, bytes: 50 * MIB };
    const airport = simulateAirport({ seed: `drip ${index}`, days: 28, troubled: false, leak, most: 5 * 2 ** 30 });
    const heard = auditMonths(airport);
    const first = heard.find(({ at, kind }) => at > start && (kind === 'drift' || kind === 'leak'));
    if (first !== undefined) {
      found += 1;
      delays += (first.at - start) / DAY;
    }
    early += episodes(
      heard.filter(({ at }) => at <= start),
      ['drift', 'leak'],
    );
    theirs += earlierRule(airport).some(({ at, kind }) => at > start && kind === 'leak') ? 1 : 0;
  }
  return {
    title: `Drips of 50 MB a day, ${airports} airports`,
    method:
      'After a clean fortnight, beside own use of up to 5 GB a day with a daily noise of 0.5 %; missed within a fortnight. The last column counts what the earlier rule calls a leak, right or wrong.',
    columns: ['', 'missed', 'days until found', 'alarms before it began', 'the earlier FlowCollect, missed'],
    rows: [
      [
        'FlowCollect',
        percent(1 - found / airports, 15),
        { value: delays / found, unit: 'days', digits: 1 },
        count(early),
        percent(1 - theirs / airports),
      ],
    ],
  };
}

function forecasts(airports: number): Section {
  const nights = Array.from({ length: airports }, (_, index) => {
    const airport = simulateAirport({ seed: `forecast ${index}`, days: 40, troubled: false });
    return forecastNights(airport, 40);
  }).flat();
  const error = (of: (night: Forecasted) => number): number =>
    nights.reduce((sum, night) => sum + Math.abs(of(night) - night.truth), 0) / nights.length;
  const [ours, theirs] = [error((night) => night.ours), error((night) => night.theirs)];
  const within = nights.filter((night) => night.within).length / nights.length;
  return {
    title: `Days left, ${nights.length} nights`,
    method:
      'Every night from the third day on, of a quota that lasts 10 to 30 days: mean absolute error in days, beside what is left divided by the use of the day (the earlier FlowCollect), both cut at 60 days.',
    columns: ['FlowCollect', 'the earlier FlowCollect', 'ratio', 'truth within the range of 80 %'],
    rows: [
      [
        { value: ours, unit: 'days', digits: 2 },
        { value: theirs, unit: 'days', digits: 2 },
        { value: ours / theirs, unit: '×', digits: 2, atMost: 0.5 },
        percent(within),
      ],
    ],
  };
}
