import type { BenchContext } from './bench.ts';
import type { Section } from './table.ts';
import { checkParts } from './verdict/run.ts';
import { DRIP, LEAKS } from './verdict/scenarios/leaks.ts';
import { MONTHS_OF_USE } from './verdict/scenarios/months.ts';
import { SCENARIOS } from './verdict/scenarios/scenarios.ts';
import { forecastSections } from './verdict/sections/forecasts.ts';
import { honestSections } from './verdict/sections/honest.ts';
import { leakSections } from './verdict/sections/leaks.ts';

/** Who is right about a bill, over years of simulated airports and households. */
export async function* verdict(context: BenchContext): AsyncGenerator<Section> {
  checkParts(context, [...SCENARIOS, ...LEAKS, DRIP, ...MONTHS_OF_USE]);
  yield* honestSections(context);
  yield* leakSections(context);
  yield* forecastSections(context);
}

/** What `npm run bench -- verdict --quick` is held to: coarse, since it plays one short household of each kind. */
export const QUICK_BOUNDS = {
  /** Alarms of all kinds over the prompt airport, and over those with odd answers and lags. */
  promptAlarms: 0,
  oddAlarms: 3,
  /** Per cent of the leaks of half of the use that are found in three days. */
  grossLeaks: 100,
  /** Seconds, on a machine with other work. */
  processorTime: 60,
};
