import { chanceError, chanceOver } from './accounting/chance.ts';
import { type Counted, countByLedger, REFERENCE_METHODS } from './accounting/methods.ts';
import { countedShare, median, misattribution } from './accounting/misattribution.ts';
import { generateScenario, readScenario, type Scenario } from './accounting/scenario.ts';
import type { BenchContext } from './bench.ts';
import { type Cell, type Figure, percent, type Section } from './table.ts';

const RECORDINGS = ['mixed', 'short', 'closeall', 'udp', 'modern', 'household'] as const;

/** Goals in per cent, by recording. */
const GOALS: Readonly<Record<string, { second: number; ten: number; silent: number; node?: number }>> = {
  mixed: { second: 0.3, ten: 5, silent: 0.5, node: 0.5 },
  short: { second: 2.5, ten: 4, silent: 6 },
  closeall: { second: 0.7, ten: 9, silent: 0.9 },
  udp: { second: 0.6, ten: 1.5, silent: 4 },
  modern: { second: 0.3, ten: 5, silent: 0.5, node: 0.5 },
};
const LONG_GOALS = { second: 0.1, ten: 2.5 };
const DIMENSION_GOALS = { host: 3, source: 3, process: 3, inbound_user: 5 } as const;

/** One phase is a single draw: ten of them, evenly over the interval. */
const phases = (interval: number): number[] => Array.from({ length: 10 }, (_, index) => (index * interval) / 10);

/** How many bytes of known truth end up where they belong, next to the methods of other programs. */
export async function* accounting({ root, quick }: BenchContext): AsyncGenerator<Section> {
  const scenarios = await Promise.all(RECORDINGS.map((name) => readScenario(root, name)));
  yield recordings(scenarios);
  yield references(scenarios);
  yield dimensions([
    ...scenarios.filter(({ name }) => name === 'household'),
    generateScenario('household', quick ? 60 : 600, 'a'),
  ]);
  yield longRuns(quick ? ['a'] : ['a', 'b', 'c', 'd', 'e'], quick ? 120 : 600);
}

const byClass = (counted: Counted, { truth }: Scenario): number => misattribution(counted.byClass, truth.byClass);

function recordings(scenarios: readonly Scenario[]): Section {
  return {
    title: 'The ledger on recordings of a real kernel',
    method:
      'Downloads under a wrong class, ½ Σ |counted − truth| / total. 10 s and the second 1 s column are the median of ten phases, since one is a single draw. Chance is what a method would get wrong at 1 s that knew all but how those divide their bytes whom frames and log do not tell apart (bench/accounting/chance.ts), over the same phases; of connections that frames 100 ms apart do not show it takes all for known. In household, 7 connections go DIRECT by name on a port whose truth is proxy.',
    columns: [
      'recording',
      '1 s',
      '1 s, ten phases',
      'chance',
      '10 s, ten phases',
      '1 s without /logs',
      'by node at 1 s',
    ],
    rows: scenarios.map((scenario) => {
      const goal = GOALS[scenario.name];
      const at = (interval: number, phase: number, logs = true): number =>
        byClass(countByLedger(scenario, { interval, phase, logs }), scenario);
      const over = (interval: number): number => median(phases(interval).map((phase) => at(interval, phase)));
      return [
        scenario.name,
        percent(at(1000, 0), goal?.second),
        percent(over(1000)),
        percent(chanceOver(scenario, 1000)),
        percent(over(10_000), goal?.ten),
        percent(at(1000, 0, false), goal?.silent),
        nodeError(scenario, goal?.node),
      ];
    }),
  };
}

function nodeError(scenario: Scenario, goal: number | undefined): Cell {
  const { byNode } = scenario.truth;
  if (byNode === undefined) return 'truth unknown';
  return percent(
    misattribution(countByLedger(scenario, { interval: 1000, phase: 0, logs: true }).byNode, byNode),
    goal,
  );
}

function references(scenarios: readonly Scenario[]): Section {
  return {
    title: 'Compared with other methods',
    method:
      'Share of all downloaded bytes that a method counts at all (above 100 %: bytes made up), then those under a wrong class as above, where a lost byte weighs half. Medians of ten phases.',
    columns: ['method', ...scenarios.map(({ name }) => name)],
    rows: [
      ...[1000, 10_000].map((interval) => [
        `FlowCollect, ${interval / 1000} s`,
        ...scenarios.map((scenario) =>
          countedAndWrong(scenario, interval, (phase) => countByLedger(scenario, { interval, phase, logs: true })),
        ),
      ]),
      ...REFERENCE_METHODS.map(({ title, interval, count }) => [
        title,
        ...scenarios.map((scenario) => countedAndWrong(scenario, interval, (phase) => count(scenario, phase))),
      ]),
    ],
  };
}

/** Such as `18 % counted, 41.2 % wrong`. */
function countedAndWrong(scenario: Scenario, interval: number, count: (phase: number) => Counted): string {
  const results = phases(interval).map(count);
  const share = median(results.map((each) => countedShare(each.byClass, scenario.truth.byClass)));
  const wrong = median(results.map((each) => byClass(each, scenario)));
  return `${(100 * share).toFixed(1)} %, ${(100 * wrong).toFixed(2)} % wrong`;
}

function dimensions(scenarios: readonly Scenario[]): Section {
  const names = ['host', 'source', 'process', 'inbound_user'] as const;
  return {
    title: 'Families of the household',
    method:
      'Downloads under a wrong key at 1 s. Log lines do not name the inbound user. The first row is a recording, the second a simulation.',
    columns: ['scenario', ...names],
    rows: scenarios.map((scenario) => {
      const counted = countByLedger(scenario, { interval: 1000, phase: 0, logs: true });
      return [
        scenario.name,
        ...names.map((name): Cell => {
          const truth = scenario.truth.byDimension.get(name);
          if (truth === undefined) return 'truth unknown';
          return percent(misattribution(counted.byDimension(name), truth), DIMENSION_GOALS[name]);
        }),
      ];
    }),
  };
}

function longRuns(seeds: readonly string[], seconds: number): Section {
  return {
    title: `Long runs: ${seconds} s, simulated`,
    method:
      'Downloads under a wrong class, by seed. The error of a short recording is mostly chance and averages out. Chance: what a method would get wrong at 1 s that knew all but how those divide their bytes whom frames and log do not tell apart.',
    columns: ['run', '1 s', 'chance at 1 s', '10 s'],
    rows: (['mixed', 'short'] as const).flatMap((shape) => {
      const runs = seeds.map((seed) => {
        const scenario = generateScenario(shape, seconds, seed);
        const at = (interval: number): number =>
          byClass(countByLedger(scenario, { interval, phase: 0, logs: true }), scenario);
        return { name: scenario.name, second: at(1000), chance: chanceError(scenario, 1000, 0), ten: at(10_000) };
      });
      const middle = (at: 'second' | 'chance' | 'ten', atMost?: number): Figure =>
        percent(median(runs.map((run) => run[at])), atMost);
      return [
        ...runs.map(({ name, second, chance, ten }): Cell[] => [name, percent(second), percent(chance), percent(ten)]),
        [
          `${shape}, median of seeds`,
          middle('second', LONG_GOALS.second),
          middle('chance'),
          middle('ten', LONG_GOALS.ten),
        ],
      ];
    }),
  };
}
