import type { BenchContext } from './bench.ts';
import type { Section } from './table.ts';
import { SCENARIOS } from './verdict/scenarios/all.ts';
import { DRIP, LEAKS } from './verdict/scenarios/leaks.ts';
import { MONTHS_OF_USE } from './verdict/scenarios/months.ts';
import { forecastSections } from './verdict/sections/forecasts.ts';
import { honestSections } from './verdict/sections/honest.ts';
import { leakSections } from './verdict/sections/leaks.ts';
import { checkParts } from './verdict/sections/part.ts';

/** Who is right about a bill, over years of simulated airports and households. */
export async function* verdict(context: BenchContext): AsyncGenerator<Section> {
  checkParts(context, [...SCENARIOS, ...LEAKS, DRIP, ...MONTHS_OF_USE]);
  yield* honestSections(context);
  yield* leakSections(context);
  yield* forecastSections(context);
}
