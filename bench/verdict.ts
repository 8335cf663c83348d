import type { BenchContext } from './bench.ts';
import { type Cell, type Figure, isMet, percent, type Section } from './table.ts';
import type { BatchResult } from './verdict/households.ts';
import { upperMean } from './verdict/measure/poisson.ts';
import { runScenario } from './verdict/run.ts';
import { SCENARIOS } from './verdict/scenarios/all.ts';
import type { Scenario } from './verdict/scenarios/scenario.ts';

const YEAR = 365;

/** Who is right about a bill, over years of simulated airports and households. */
export async function* verdict(context: BenchContext): AsyncGenerator<Section> {
  const chosen = SCENARIOS.filter(({ name }) => context.only.length === 0 || context.only.includes(name));
  const rows: Cell[][] = [];
  for (const scenario of chosen) {
    const row = rowOf(scenario, await runScenario(context, scenario));
    rows.push(row);
  }
  yield {
    title: 'Honest airports',
    method:
      'Alarms a year without any leak, those in a row once. The bound is the upper end of their 95 % Poisson interval; it counts where no more than 10 % of the nights after the first fourteen stay open and leaks of half of the use that begin after three weeks are found within three days.',
    columns: COLUMNS,
    rows,
  };
}

const COLUMNS = [
  'scenario',
  'years',
  'leak',
  'drift',
  'underbilled',
  'all',
  'after the note',
  'bound',
  'notes',
  'nights open',
  'leaks found, 3 days',
  'a day',
  'the earlier rule',
];

function rowOf({ name, atMost, noted }: Scenario, { honest, grossLeaks }: BatchResult): Cell[] {
  const years = honest.days / YEAR;
  const yearly = (count: number): string => (count / years).toFixed(2);
  const open: Figure = percent(honest.nights === 0 ? 0 : honest.open / honest.nights, 10);
  const found: Figure = {
    value: (100 * grossLeaks.threeDays) / Math.max(1, grossLeaks.leaks),
    unit: '%',
    digits: 1,
    atLeast: 95,
  };
  const alarms = noted ? honest.afterNote : honest.alarms;
  return [
    name,
    years.toFixed(1),
    yearly(honest.leak),
    yearly(honest.drift),
    yearly(honest.underbilled),
    yearly(honest.alarms),
    yearly(honest.afterNote),
    { value: upperMean(alarms) / years, unit: 'a year', digits: 3, atMost, counts: isMet(open) && isMet(found) },
    yearly(honest.notes),
    open,
    found,
    { value: (100 * grossLeaks.oneDay) / Math.max(1, grossLeaks.leaks), unit: '%', digits: 1 },
    yearly(honest.earlier),
  ];
}
