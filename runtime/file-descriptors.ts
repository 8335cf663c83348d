import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import type { PeriodicTask } from './async.ts';
import { type Clock, systemClock } from './clock.ts';
import { watchDescriptors } from './descriptor-watch.ts';
import type { Logger } from './logger.ts';

/** As {@link watchDescriptors}, of this process. @param probe another one in tests */
export const watchFileDescriptors = (
  logger: Logger,
  clock: Clock = systemClock,
  probe: () => Promise<void> = async () => (await open(devNull, 'r')).close(),
): PeriodicTask => watchDescriptors(logger, clock, probe);
