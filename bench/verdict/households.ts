import { GROSS_LEAK_DAYS, type GrossLeaks, judgeGrossLeak, NO_GROSS_LEAKS } from './measure/gross-leak.ts';
import { type Honest, judgeHonest, NO_HONEST_DAYS } from './measure/honest.ts';
import { addTallies } from './measure/tally.ts';
import { SCENARIOS } from './scenarios/all.ts';
import type { Scenario } from './scenarios/scenario.ts';
import type { Draft } from './world/draft.ts';
import { drawHousehold } from './world/household.ts';
import { buildWorld } from './world/world.ts';

/** Households of one scenario, by their numbers; a batch of them fits a process. */
export interface Batch {
  readonly scenario: string;
  /** Households without a leak. */
  readonly honest: readonly [from: number, to: number];
  /** Households with a gross one. */
  readonly leaking: readonly [from: number, to: number];
}

export interface BatchResult {
  readonly honest: Honest;
  readonly grossLeaks: GrossLeaks;
}

/** One household of a scenario. */
export function draftOf(scenario: Scenario, purpose: string, number: number, days: number): Draft {
  const draft = drawHousehold(`${scenario.name} ${purpose} ${number}`, days);
  scenario.change(draft, draft.random('scenario'));
  return draft;
}

export async function playBatch({ scenario: name, honest, leaking }: Batch): Promise<BatchResult> {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`no scenario is called ${name}`);
  let result: BatchResult = { honest: NO_HONEST_DAYS, grossLeaks: NO_GROSS_LEAKS };
  for (let number = honest[0]; number < honest[1]; number += 1) {
    const more = await judgeHonest(buildWorld(draftOf(scenario, 'honest', number, scenario.days)));
    result = { ...result, honest: addTallies(result.honest, more) };
  }
  for (let number = leaking[0]; number < leaking[1]; number += 1) {
    const more = await judgeGrossLeak(draftOf(scenario, 'leaking', number, GROSS_LEAK_DAYS));
    result = { ...result, grossLeaks: addTallies(result.grossLeaks, more) };
  }
  return result;
}
