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
 * @param options.checkEvery milliseconds between health checks of a node; there are none when it is left out
 */
export function createHouseholdSource(options: {
  readonly seed: string;
  readonly shape: WorkloadShape;
  readonly startedAt: number;
  readonly checkEvery?: number;
}): KernelSource {
  const household = createHousehold(options);
  const { checkEvery } = options;
  let now = options.startedAt;
  let revivedAt = now;
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
    answers: () => catalogAnswers(now, checkEvery === undefined ? undefined : { every: checkEvery, since: revivedAt }),
    close: (id) => household.close(id),
    die: () => household.die(),
    revive() {
      revivedAt = now;
      household.revive();
    },
    nodeTotals: () => household.truth().nodes,
    truth: () => ({ kind: 'household', at: now, kernel: household.totals(), ...household.truth() }),
    position: () => undefined,
  };
}
