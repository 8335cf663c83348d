import type { Logger } from '../../runtime/logger.ts';
import type { Mailer, MailFailure } from './mail.ts';
import type { Outbox } from './outbox.ts';

const MINUTE = 60_000;
/** Pauses after failures in a row: a greylisting server wants minutes, a wrong password will not mend itself sooner. */
const PAUSES = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE];
/** What stands in the way of every letter alike. */
const OF_THE_SERVER: readonly MailFailure['kind'][] = ['sign_in', 'unreachable', 'tls', 'busy'];

/** Takes letters from the outbox to the mail server, trying again until they are taken. */
export interface Dispatch {
  /**
   * Sends what waits, unless a failure was too recent. An address that is refused holds up no other user's letters.
   *
   * @param now epoch milliseconds
   * @param anyway tries even so, for a letter that has just been written
   * @returns whose letters were taken
   */
  flush(now: number, anyway?: boolean): Promise<readonly string[]>;
}

/**
 * @param place the outbox, by the present settings
 * @param mailerOf to the address of a user, made anew from the present settings; undefined while there is none
 */
export function createDispatch(
  place: () => Outbox,
  mailerOf: (user: string) => Mailer | undefined,
  logger: Logger,
): Dispatch {
  const pauses = new Map<string, { readonly failures: number; readonly until: number }>();
  return {
    async flush(now, anyway = false) {
      const outbox = place();
      const taken: string[] = [];
      const held = new Set<string>();
      for (const { id, user, ...rest } of await outbox.list()) {
        const pause = pauses.get(user);
        if (held.has(user) || (!anyway && now < (pause?.until ?? 0))) continue;
        const outcome = await mailerOf(user)?.send({ id, user, ...rest });
        if (outcome === undefined) continue;
        if (!outcome.sent) {
          const failures = (pause?.failures ?? 0) + 1;
          pauses.set(user, { failures, until: now + (PAUSES[Math.min(failures, PAUSES.length) - 1] ?? 0) });
          held.add(user);
          const { kind, text } = outcome.failure;
          logger.error({ mail: id, user, kind, problem: text.en }, 'report not mailed; kept and tried again');
          if (OF_THE_SERVER.includes(kind)) break;
          continue;
        }
        await outbox.remove(id);
        pauses.delete(user);
        taken.push(user);
        logger.info({ mail: id, user }, 'report mailed');
        if (outcome.refused.length > 0) {
          logger.warn({ mail: id, user, recipients: outcome.refused.length }, 'some recipients were refused');
        }
      }
      return taken;
    },
  };
}
