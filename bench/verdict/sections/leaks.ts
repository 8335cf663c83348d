import type { BenchContext } from '../../bench.ts';
import type { Cell, Figure, Section } from '../../table.ts';
import { dripLimit } from '../measure/statistics.ts';
import { progress, run, wanted } from '../run.ts';
import { DRIP, LEAKS, type LeakCase } from '../scenarios/leaks.ts';
import type { Measured } from '../tasks.ts';

const YEAR = 365;
const QUICK_LEAKS = 1;
const QUICK = ['leak-gross', 'leak-10', 'leak-early'];

type Goals = Partial<Record<'within1' | 'within3' | 'within14' | 'told7' | 'delay', number>>;

/** What the issue holds each kind of leak to: per cent seen, or days. */
const GOALS: Readonly<Record<string, Goals>> = {
  'leak-gross': { within1: 99, within3: 100 },
  'leak-10': { within3: 99 },
  'leak-early': { told7: 95 },
  drip: { within14: 98, delay: 5 },
};

/** How soon somebody else's use is seen. */
export async function* leakSections(context: BenchContext): AsyncGenerator<Section> {
  const rows: Cell[][] = [];
  const chosen = wanted(context, LEAKS).filter(({ name }) => !context.quick || QUICK.includes(name));
  for (const leak of chosen) rows.push(rowOf(leak, await play(context, leak)));
  if (rows.length > 0) {
    yield {
      title: 'Leaks',
      method:
        'Each in a household of its own, whose airport bills within an hour and to 10 MB, and each counted from its first byte: 100 MB a day at least, but for those whose size is given. Seen: as a leak or a drift.',
      columns: COLUMNS,
      rows,
    };
  }
  if (wanted(context, [DRIP]).length > 0) yield drips(context);
}

async function drips(context: BenchContext): Promise<Section> {
  const limit = dripLimit(context.quick ? 500 : 20_000);
  return {
    title: 'Drips of 50 MB a day',
    method:
      'After a clean fortnight, on top of own use of up to 5 GB a day with a daily noise of 0.5 %. The limit is a CUSUM on Gaussian days with 0.1 false alarms a year, which knows the noise and has learned the level from that fortnight.',
    columns: COLUMNS,
    rows: [
      rowOf(DRIP, await play(context, DRIP)),
      ['the limit', '', '', '', percentText(limit.within14), '', `${limit.delay.toFixed(1)} days`, '', '', ''],
    ],
  };
}

const COLUMNS = [
  'leaks',
  'households',
  'in a day',
  '3 days',
  '14 days',
  '30 days',
  'mean delay',
  'or noted in 7 days',
  'alarms before',
  'what',
];

async function play(context: BenchContext, { name, days, households }: LeakCase): Promise<Measured<'leak'>> {
  const { quick, years } = context;
  const count = years === undefined ? (quick ? QUICK_LEAKS : households) : Math.ceil((years * YEAR) / days);
  const result = await run(context, 'leak', name, count);
  progress(context, name, `${result.within3} of ${result.leaks} in three days`);
  return result;
}

function rowOf({ name, title }: LeakCase, leaks: Measured<'leak'>): Cell[] {
  const goals = GOALS[name] ?? {};
  const share = (count: number, atLeast?: number): Figure => ({
    value: (100 * count) / leaks.leaks,
    unit: '%',
    digits: 1,
    ...(atLeast === undefined ? {} : { atLeast }),
  });
  const delay = leaks.seen === 0 ? Number.POSITIVE_INFINITY : leaks.delays / leaks.seen;
  return [
    name,
    String(leaks.leaks),
    share(leaks.within1, goals.within1),
    share(leaks.within3, goals.within3),
    share(leaks.within14, goals.within14),
    share(leaks.within30),
    { value: delay, unit: 'days', digits: 1, ...(goals.delay === undefined ? {} : { atMost: goals.delay }) },
    share(leaks.told7, goals.told7),
    String(leaks.before),
    title,
  ];
}

const percentText = (share: number): string => `${(100 * share).toFixed(1)} %`;
