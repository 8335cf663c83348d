import { SCENARIOS } from '../scenarios/all.ts';
import { honestDraft } from '../tasks.ts';
import { buildWorld } from '../world/world.ts';
import { writeDays } from './write-days.ts';

/**
 * Writes the first household of a scenario as days that can be played.
 *
 * @returns the exit code: 0 written, 2 there is no such scenario
 */
export async function writeHousehold(path: string, scenario: string): Promise<number> {
  if (!SCENARIOS.some(({ name }) => name === scenario)) {
    console.error(`no scenario is called ${scenario}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const { settings, days } = buildWorld(honestDraft(scenario, 0));
  await writeDays(path, settings, days);
  return 0;
}
