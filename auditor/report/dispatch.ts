import type { Logger } from '../../runtime/logger.ts';
import type { Mailer } from './mail.ts';
import type { Outbox } from './outbox.ts';

const MINUTE = 60_000;
/** Pauses after failures in a row: a greylisting server wants minutes, a wrong password will not mend itself sooner. */
const PAUSES = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];

/** Takes letters from the outbox to the mail server, trying again until they are taken. */
export interface Dispatch {
  /**
   * Sends what waits, unless a failure was too recent.
   *
   * @param now epoch milliseconds
   * @param anyway tries even so, for a letter that has just been written
   * @returns how many letters were taken
   */
  flush(now: number, anyway?: boolean): Promise<number>;
}

/**
 * @param place the outbox, by the present settings
 * @param mailer made anew from the present settings; undefined while no mail is configured
 */
export function createDispatch(place: () => Outbox, mailer: () => Mailer | undefined, logger: Logger): Dispatch {
  let failures = 0;
  let notBefore = 0;
  return {
    async flush(now, anyway = false) {
      if (now < notBefore && !anyway) return 0;
      const current = mailer();
      if (current === undefined) return 0;
      const outbox = place();
      let taken = 0;
      for (const letter of await outbox.list()) {
        const outcome = await current.send(letter);
        if (!outcome.sent) {
          failures += 1;
          notBefore = now + (PAUSES[Math.min(failures, PAUSES.length) - 1] ?? 0);
          const { kind, message } = outcome.failure;
          logger.error({ mail: letter.id, kind, problem: message }, 'report not mailed; kept and tried again');
          return taken;
        }
        await outbox.remove(letter.id);
        failures = 0;
        notBefore = 0;
        taken += 1;
        logger.info({ mail: letter.id }, 'report mailed');
        if (outcome.refused.length > 0) {
          logger.warn({ mail: letter.id, recipients: outcome.refused.length }, 'some recipients were refused');
        }
      }
      return taken;
    },
  };
}
