import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { type Clock, type PeriodicTask, systemClock } from './async.ts';
import { watchDescriptors } from './health.ts';
import type { Logger } from './logger.ts';

/** As {@link watchDescriptors}, of this process. @param probe another one in tests */
export const watchFileDescriptors = (
  logger: Logger,
  clock: Clock = systemClock,
  probe: () => Promise<void> = async () => (await open(devNull, 'r')).close(),
): PeriodicTask => watchDescriptors(logger, clock, probe);
