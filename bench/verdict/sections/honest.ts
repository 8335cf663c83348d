import type { BenchContext } from '../../bench.ts';
import { type Cell, type Figure, isMet, percent, type Section } from '../../table.ts';
import { addTallies, upperMean } from '../measure/statistics.ts';
import { progress, run, wanted } from '../run.ts';
import { GROUPS, type Scenario } from '../scenarios/scenarios.ts';
import { type Measured, nothingOf } from '../tasks.ts';

const YEAR = 365;
/** Of the one household of each scenario in a quick run. */
const QUICK_DAYS = 20;
/** Households in which a gross leak is put, in a full run and at least. */
const LEAKING = 20;
const FEWEST_LEAKING = 4;
/** Scenarios with one in a quick run. */
const QUICK_LEAKING = ['prompt', 'mix'];

/** Alarms where nobody else uses the subscription, a table for each group of scenarios. */
export async function* honestSections(context: BenchContext): AsyncGenerator<Section> {
  let all = nothingOf('honest');
  for (const { title, method, scenarios, partial = false } of GROUPS) {
    const rows: Cell[][] = [];
    for (const scenario of wanted(context, scenarios, partial)) {
      const { honest, gross } = await play(context, scenario);
      const row = rowOf(scenario, honest, gross);
      all = addTallies(all, honest);
      progress(context, scenario.name, `${honest.alarms} alarms in ${(honest.days / YEAR).toFixed(1)} years`);
      rows.push(row);
    }
    if (rows.length > 0) yield { title, method: `${method} ${HOW}`, columns: COLUMNS, rows };
  }
  if (all.airports > 0) yield notes(all);
}

/** What notes of a steady surplus are worth, over all households. */
function notes({ notes, noteHeld, small, smallDays, smallNoted }: Measured<'honest'>): Section {
  const rate = smallDays === 0 ? 0 : smallNoted / (smallDays / YEAR);
  return {
    title: 'Notes of a steady surplus',
    method:
      'Over all of the households above. Airports whose true surplus is below 3 % of the use and below 50 MB a day deserve none; where one is given, the range that it states should hold the true surplus.',
    columns: ['notes', 'in whose range the truth is', 'airports that deserve none', 'of which get one in a year'],
    rows: [
      [
        String(notes),
        notes === 0 ? '' : { value: (100 * noteHeld) / notes, unit: '%', digits: 1, atLeast: 75 },
        String(small),
        percent(1 - Math.exp(-rate), 5),
      ],
    ],
  };
}

async function play(
  context: BenchContext,
  { name, years: usual, days }: Scenario,
): Promise<{ readonly honest: Measured<'honest'>; readonly gross: Measured<'gross'> }> {
  if (context.quick) {
    return {
      honest: await run(context, 'honest', name, 1, QUICK_DAYS),
      gross: await run(context, 'gross', name, QUICK_LEAKING.includes(name) ? 1 : 0),
    };
  }
  const years = context.years ?? usual;
  const households = Math.ceil((years * YEAR) / days);
  const leaking = Math.max(FEWEST_LEAKING, Math.round((LEAKING * years) / usual));
  return {
    honest: await run(context, 'honest', name, households),
    gross: await run(context, 'gross', name, leaking),
  };
}

const HOW =
  'Alarms a year, those in a row once. Bound: the upper end of their one-sided 95 % Poisson interval, which counts where both figures behind it hold: nights after the first fourteen that stay open although the airport answered, and leaks of half of the use, three weeks on in the same households, found within three days; those are hidden of which rounding and lag show nothing by then.';

const COLUMNS = [
  'scenario',
  'years',
  'leak',
  'drift',
  'underbilled',
  'all',
  'after its note',
  'bound',
  'nights open',
  'leaks in 3 days',
  'in a day',
  'hidden',
  'notes a year',
  'notes that hold',
  'what',
];

function rowOf({ name, title, atMost, noted }: Scenario, honest: Measured<'honest'>, gross: Measured<'gross'>): Cell[] {
  const years = honest.days / YEAR;
  const yearly = (count: number): Figure => ({ value: count / years, unit: '', digits: 2 });
  const open = percent(honest.nights === 0 ? 0 : honest.open / honest.nights, 10);
  const shown = gross.leaks - gross.hidden;
  const share = (count: number): number => (shown <= 0 ? 100 : Math.min(100, (100 * count) / shown));
  const found: Figure = { value: share(gross.within3), unit: '%', digits: 0, atLeast: 95 };
  const alarms = noted ? honest.afterNote : honest.alarms;
  const power = isMet(open) && isMet(found);
  return [
    name,
    { value: years, unit: '', digits: 1 },
    yearly(honest.leak),
    yearly(honest.drift),
    yearly(honest.underbilled),
    yearly(honest.alarms),
    noted ? yearly(honest.afterNote) : '',
    { value: upperMean(alarms) / years, unit: 'a year', digits: 2, atMost, counts: power },
    open,
    found,
    { value: share(gross.within1), unit: '%', digits: 0 },
    gross.hidden === 0 ? '' : `${gross.hidden} of ${gross.leaks}`,
    yearly(honest.notes),
    honest.notes === 0 ? '' : `${honest.noteHeld} of ${honest.notes}`,
    title,
  ];
}
