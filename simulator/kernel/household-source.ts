import { createHousehold } from '../household/household.ts';
import type { WorkloadShape } from '../household/workload.ts';
import { catalogAnswers } from './catalog-answers.ts';
import { connectionMessage } from './connection-message.ts';
import type { KernelSource } from './kernel-source.ts';

/**
 * A kernel with made-up people behind it.
 *
 * @param options.seed the same seed and times give the same messages
 * @param options.startedAt epoch milliseconds
 */
export function createHouseholdSource(options: {
  readonly seed: string;
  readonly shape: WorkloadShape;
  readonly startedAt: number;
}): KernelSource {
  const household = createHousehold(options);
  let now = options.startedAt;
  const memory = (): number => 48_000_000 + household.connections().length * 40_960;
  return {
    advance(to) {
      now = Math.max(now, to);
      return household.advance(now);
    },
    message: () => connectionMessage(household.totals(), household.connections(), memory()),
    totals: () => household.totals(),
    tellsTotals: true,
    memory,
    answers: () => catalogAnswers(now),
    close: (id) => household.close(id),
    die: () => household.die(),
    revive: () => household.revive(),
    nodeTotals: () => household.truth().nodes,
    truth: () => ({ kind: 'household', at: now, kernel: household.totals(), ...household.truth() }),
    position: () => undefined,
  };
}
