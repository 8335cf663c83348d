import { availableParallelism } from 'node:os';
import type { BenchContext } from '../bench.ts';
import { addTallies } from './measure/statistics.ts';
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

interface Part {
  readonly name: string;
}

/**
 * The parts of a list that a run wants: those that `--only` names, or all.
 *
 * @param partial whether these run only where they are named
 */
export function wanted<T extends Part>(
  { only }: Pick<BenchContext, 'only'>,
  parts: readonly T[],
  partial = false,
): T[] {
  return parts.filter(({ name }) => (only.length === 0 ? !partial : only.includes(name)));
}

/** @throws Error when `--only` names what is no part */
export function checkParts({ only }: Pick<BenchContext, 'only'>, parts: readonly Part[]): void {
  const names = parts.map(({ name }) => name);
  const unknown = only.find((each) => !names.includes(each));
  if (unknown !== undefined) throw new Error(`no part is called ${unknown}; there are ${names.join(', ')}`);
}

/** Says on the error output how far a long run is. */
export function progress({ quick }: Pick<BenchContext, 'quick'>, name: string, text: string): void {
  if (!quick) console.error(`${name}: ${text}`);
}
