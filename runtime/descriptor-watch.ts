import { createPeriodicTask, type PeriodicTask } from './async.ts';
import type { Clock } from './clock.ts';
import { errorCode, isExhausted } from './error-code.ts';
import type { Logger } from './logger.ts';

const LOOK_EVERY_MS = 10_000;

/**
 * Says when no file descriptor is left, and when there are some again: the system then refuses connections without a
 * word to the program, and what else fails names a disk or a network that nothing is wrong with.
 *
 * @param probe opens a file and closes it; throws the system's error
 */
export function watchDescriptors(logger: Logger, clock: Clock, probe: () => Promise<void>): PeriodicTask {
  let exhausted = false;
  const task = createPeriodicTask({
    clock,
    every: LOOK_EVERY_MS,
    async run() {
      const code = await probe().then(() => undefined, errorCode);
      if (code === undefined && exhausted) logger.info('file descriptors are free again');
      if (code !== undefined && !exhausted && isExhausted(code)) {
        logger.error(
          { code },
          'no file descriptor is left: connections and files are refused; raise LimitNOFILE (systemd), ulimits (compose) or ulimit -n',
        );
      }
      exhausted = code !== undefined && (exhausted || isExhausted(code));
    },
  });
  task.start();
  return task;
}
