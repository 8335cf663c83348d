import type { BenchContext } from '../../bench.ts';
import { type Cell, type Figure, percent, type Section } from '../../table.ts';
import { addTallies } from '../measure/statistics.ts';
import { progress, run, wanted } from '../run.ts';
import { MONTHS_OF_USE } from '../scenarios/months.ts';
import { type Measured, nothingOf } from '../tasks.ts';

const YEAR = 365;
const QUICK_HOUSEHOLDS = 1;

/** How long a quota lasts, as it is said every night, next to how long it did. */
export async function* forecastSections(context: BenchContext): AsyncGenerator<Section> {
  const rows: Cell[][] = [];
  let all = nothingOf('forecast');
  const { quick, years } = context;
  const chosen = wanted(context, MONTHS_OF_USE);
  for (const { name, title, households, days } of quick ? chosen.slice(0, 1) : chosen) {
    const count = years === undefined ? (quick ? QUICK_HOUSEHOLDS : households) : Math.ceil((years * YEAR) / days);
    const result = await run(context, 'forecast', name, count);
    progress(
      context,
      name,
      `${((100 * result.within) / result.ranges).toFixed(1)} % of ${result.ranges} nights in range`,
    );
    all = addTallies(all, result) as Measured<'forecast'>;
    rows.push(rowOf(name, title, result));
  }
  if (rows.length === 0) return;
  if (rows.length > 1) rows.push(rowOf('all', '', all));
  yield {
    title: 'Days left',
    method:
      'Every night from the third day on: mean absolute error in days, all cut at 60, next to what is left over the mean of all days so far, and over the last day. The range says 80 %; its width is next to that of the rule before. The chance to last until the reset is besides always saying how often that comes true.',
    columns: COLUMNS,
    rows,
  };
}

const COLUMNS = [
  'months',
  'nights',
  'error',
  'mean so far',
  'by the last day',
  'next to the mean',
  'in the range',
  'width',
  'in the former range',
  'Brier',
  'of the base rate',
  '≥ 90 % that last',
  'what',
];

function rowOf(name: string, title: string, found: Measured<'forecast'>): Cell[] {
  const { nights, ranges, chances, sure } = found;
  const days = (sum: number): Figure => ({ value: sum / nights, unit: 'days', digits: 2 });
  const within = (100 * found.within) / ranges;
  const base = found.lasted / chances;
  return [
    name,
    String(nights),
    days(found.ours),
    days(found.meanSoFar),
    days(found.today),
    { value: found.ours / found.meanSoFar, unit: '×', digits: 2, atMost: 1 },
    { value: within, unit: '%', digits: 1, atLeast: 75, atMost: 88 },
    { value: found.width / found.formerWidth, unit: '×', digits: 2, atMost: 1.8 },
    percent(found.formerWithin / ranges),
    chances === 0 ? '' : (found.squares / chances).toFixed(3),
    chances === 0 ? '' : (base * (1 - base)).toFixed(3),
    sure === 0 ? '' : { value: (100 * found.sureLasted) / sure, unit: `% of ${sure}`, digits: 1, atLeast: 85 },
    title,
  ];
}
