import { availableParallelism } from 'node:os';
import type { BenchContext } from '../bench.ts';
import { addTallies } from './measure/tally.ts';
import { type Measure, type Measured, nothingOf, playTask, type Task } from './tasks.ts';

/** Measures some households of one part of the bench, on all cores but in a quick run. */
export async function run<M extends Measure>(
  { quick, probe }: Pick<BenchContext, 'quick' | 'probe'>,
  measure: M,
  name: string,
  households: number,
  days?: number,
): Promise<Measured<M>> {
  const parts = quick ? 1 : Math.min(availableParallelism(), households);
  const tasks = Array.from(
    { length: parts },
    (_, part): Task<M> => ({
      measure,
      name,
      from: Math.floor((households * part) / parts),
      to: Math.floor((households * (part + 1)) / parts),
      ...(days === undefined ? {} : { days }),
    }),
  );
  const results = await Promise.all(
    tasks.map((input) => (quick ? playTask(input) : probe<Measured<M>>({ name: 'verdict', input }))),
  );
  return results.reduce<Measured<M>>((all, each) => addTallies(all, each) as Measured<M>, nothingOf(measure));
}
