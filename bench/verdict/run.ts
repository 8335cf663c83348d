import { availableParallelism } from 'node:os';
import type { BenchContext } from '../bench.ts';
import { type Batch, type BatchResult, playBatch } from './households.ts';
import { NO_GROSS_LEAKS } from './measure/gross-leak.ts';
import { NO_HONEST_DAYS } from './measure/honest.ts';
import { addTallies } from './measure/tally.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** Households in which a gross leak is put, in a full run. */
const LEAKING = 40;
const FEWEST_LEAKING = 6;
const YEAR = 365;

/** Plays a scenario, on all cores but in a quick run. */
export async function runScenario(
  { quick, years: wanted, probe }: Pick<BenchContext, 'quick' | 'years' | 'probe'>,
  scenario: Scenario,
): Promise<BatchResult> {
  const years = wanted ?? (quick ? 0.5 : scenario.years);
  const honest = Math.ceil((years * YEAR) / scenario.days);
  const leaking = Math.max(Math.min(FEWEST_LEAKING, honest), Math.round((LEAKING * years) / scenario.years));
  const parts = quick ? 1 : Math.min(availableParallelism(), honest);
  const batches = Array.from({ length: parts }, (_, part): Batch => {
    const span = (all: number): [number, number] => [
      Math.floor((all * part) / parts),
      Math.floor((all * (part + 1)) / parts),
    ];
    return { scenario: scenario.name, honest: span(honest), leaking: span(leaking) };
  });
  const results = await Promise.all(
    batches.map((input) => (quick ? playBatch(input) : probe<BatchResult>({ name: 'verdict', input }))),
  );
  return results.reduce(
    (all, each) => ({
      honest: addTallies(all.honest, each.honest),
      grossLeaks: addTallies(all.grossLeaks, each.grossLeaks),
    }),
    { honest: NO_HONEST_DAYS, grossLeaks: NO_GROSS_LEAKS },
  );
}
