import { createPeriodicTask } from '../../runtime/async/periodic-task.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { KeptPushes } from '../kept/kept-pushes.ts';
import type { PushDesk } from '../pushes/push-service.ts';

/** Well within the five minutes for which a store shows what was written last. */
const EVERY_MS = 60_000;

export interface RepeaterOptions {
  readonly kept: KeptPushes;
  readonly desk: PushDesk;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Repeats what silent devices said last to a store that would forget it, with the time at which they said it. */
export interface Repeater {
  start(): void;
  /** One round. */
  repeat(): Promise<void>;
  stop(): Promise<void>;
}

export function createRepeater({ kept, desk, clock, logger }: RepeaterOptions): Repeater {
  async function repeat(): Promise<void> {
    for (const device of kept.devices()) {
      if (task.signal.aborted) return;
      const at = kept.held(device)?.at ?? Number.POSITIVE_INFINITY;
      // A store that takes nothing now is asked again in the next round.
      if (clock.now() - at >= EVERY_MS && (await desk.forward(device, 'anyway')) === 'store_down') return;
    }
  }

  const task = createPeriodicTask({
    clock,
    every: EVERY_MS,
    first: EVERY_MS,
    run: repeat,
    onError: (error) => logger.error({ err: error }, 'kept pushes cannot be repeated; trying again'),
  });
  return { start: task.start, repeat, stop: task.stop };
}
