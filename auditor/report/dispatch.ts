import type { Logger } from '../../runtime/logger.ts';
import type { Mailer, MailFailure } from './mail.ts';
import type { Outbox } from './outbox.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Pauses after failures in a row: a greylisting server wants minutes, a wrong password will not mend itself sooner. */
const PAUSES = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
/** After refusals of one letter: who sends the same again and again is taken for a sender of spam. */
const LETTER_PAUSES = [HOUR, 6 * HOUR, 24 * HOUR];
/** What stands in the way of every letter alike. */
const OF_THE_SERVER: readonly MailFailure['kind'][] = ['sign_in', 'unreachable', 'tls', 'busy'];

/** Takes letters from the outbox to the mail server, trying again until they are taken. */
export interface Dispatch {
  /**
   * Sends what waits, unless a failure was too recent. A letter that is refused, for its address or for what it holds,
   * holds up no other.
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
  const serverPauses = createPauses(PAUSES);
  const letterPauses = createPauses(LETTER_PAUSES);
  return {
    async flush(now, anyway = false) {
      const outbox = place();
      const taken: string[] = [];
      for (const { id, user, ...rest } of await outbox.list()) {
        if (!anyway && (serverPauses.runs(user, now) || letterPauses.runs(id, now))) continue;
        const outcome = await mailerOf(user)?.send({ id, user, ...rest });
        if (outcome === undefined) continue;
        if (!outcome.sent) {
          const { kind, text } = outcome.failure;
          logger.error({ mail: id, user, kind, problem: text.en }, 'report not mailed; kept and tried again');
          if (OF_THE_SERVER.includes(kind)) {
            serverPauses.begin(user, now);
            break;
          }
          letterPauses.begin(id, now);
          continue;
        }
        await outbox.remove(id);
        serverPauses.end(user);
        letterPauses.end(id);
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

/** Pauses that grow with each failure of the same thing. @param lengths in milliseconds; the last one stays */
function createPauses(lengths: readonly number[]) {
  const pauses = new Map<string, { readonly failures: number; readonly until: number }>();
  return {
    runs: (of: string, now: number): boolean => now < (pauses.get(of)?.until ?? 0),
    begin(of: string, now: number): void {
      const failures = (pauses.get(of)?.failures ?? 0) + 1;
      pauses.set(of, { failures, until: now + (lengths[Math.min(failures, lengths.length) - 1] ?? 0) });
    },
    end: (of: string): void => void pauses.delete(of),
  };
}
