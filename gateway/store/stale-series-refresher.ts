import { createPeriodicTask } from '../../runtime/async.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import type { Forward } from './store.ts';

/** Well within the five minutes for which a store shows what was written last. */
const EVERY_MS = 60_000;

export interface StaleSeriesRefresherOptions {
  readonly kept: KeptPushes;
  readonly forward: Forward;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Repeats what silent devices said last to a store that would forget it, with the time at which they said it. */
export interface StaleSeriesRefresher {
  start(): void;
  /** One round. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

export function createStaleSeriesRefresher({
  kept,
  forward,
  clock,
  logger,
}: StaleSeriesRefresherOptions): StaleSeriesRefresher {
  async function refresh(): Promise<void> {
    for (const device of kept.devices()) {
      if (task.signal.aborted) return;
      const at = kept.held(device)?.at ?? Number.POSITIVE_INFINITY;
      // A store that takes nothing now is asked again in the next round.
      if (clock.now() - at >= EVERY_MS && (await forward(device, 'anyway')) === 'store_down') return;
    }
  }

  const task = createPeriodicTask({
    clock,
    every: EVERY_MS,
    first: EVERY_MS,
    run: refresh,
    onError: (error) => logger.error({ err: error }, 'kept pushes cannot be repeated; trying again'),
  });
  return { start: task.start, refresh, stop: task.stop };
}
