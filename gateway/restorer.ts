import { readFileIfExists, writeFileAtomic } from '../runtime/atomic-file.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { KeptPushes } from './kept-pushes.ts';
import type { PushDesk } from './push-desk.ts';
import type { Pushgateway } from './pushgateway.ts';

const LOOK_EVERY_MS = 2000;

export interface RestorerOptions {
  readonly kept: KeptPushes;
  readonly desk: PushDesk;
  readonly pushgateway: Pushgateway;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where the start time of the Pushgateway that has everything is remembered. */
  readonly file: string;
}

/** Puts back what a Pushgateway that started anew has lost, whether it kept an older state or none. */
export interface Restorer {
  start(): void;
  /** One look, and what follows from it. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

export function createRestorer({ kept, desk, pushgateway, clock, logger, file }: RestorerOptions): Restorer {
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let known: string | undefined;
  let wasDown = false;

  async function forwardAll(all: boolean): Promise<boolean> {
    const devices = kept.devices().filter((device) => all || kept.isPrepared(device));
    let complete = true;
    for (const device of devices) {
      if (stopping.signal.aborted) return false;
      complete = (await desk.forward(device)) && complete;
    }
    if (devices.length > 0 && complete) logger.info({ devices: devices.length }, 'kept pushes put back');
    return complete;
  }

  async function look(): Promise<void> {
    const startedAt = await pushgateway.startedAt();
    if (startedAt === undefined) {
      if (!wasDown) logger.warn('Pushgateway does not answer; start it, or mend [server] PushgatewayAddr');
      wasDown = true;
      return;
    }
    if (wasDown) logger.info('Pushgateway answers again');
    wasDown = false;
    known ??= await readFileIfExists(file);
    const restarted = startedAt !== known;
    const complete = await forwardAll(restarted);
    if (!restarted || !complete) return;
    known = startedAt;
    await writeFileAtomic(file, startedAt);
  }

  async function lookOnAndOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (error) {
        logger.error({ err: error }, 'kept pushes cannot be put back; trying again');
      }
      await clock.sleep(LOOK_EVERY_MS, stopping.signal);
    }
  }

  return {
    start() {
      loop = lookOnAndOn();
    },
    look,
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
