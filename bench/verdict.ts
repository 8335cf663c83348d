import type { BenchContext } from './bench.ts';
import type { Section } from './table.ts';
import { honestSections } from './verdict/sections/honest.ts';
import { leakSections } from './verdict/sections/leaks.ts';

/** Who is right about a bill, over years of simulated airports and households. */
export async function* verdict(context: BenchContext): AsyncGenerator<Section> {
  yield* honestSections(context);
  yield* leakSections(context);
}
