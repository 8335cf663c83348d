import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../core/json.ts';
import { orThrow, readUndamaged, writeFileAtomic } from '../../runtime/atomic-file.ts';
import type { Logger } from '../../runtime/logger.ts';
import { archiveFolderIn, createArchive } from '../archive/archive.ts';
import type { AuditorConfig } from '../config.ts';
import { type ReportMail, reportMailSchema, writtenAt } from '../report/report-mail.ts';
import type { AuditState } from '../state/audit-state.ts';
import { type Mailer, type MailFailure, mailFor } from './smtp.ts';

const waitingSchema = reportMailSchema.extend({
  /** The route of the mailer by which it was given up: it is not tried on that one any more. */
  givenUp: z.string().exactOptional(),
});
type WaitingMail = z.infer<typeof waitingSchema>;

/** Mails on disk that no server has taken yet, so that neither an outage nor a restart loses one. */
interface Outbox {
  put(mail: ReportMail | WaitingMail): Promise<void>;
  /** Mails that wait, oldest first. */
  list(): Promise<WaitingMail[]>;
  /** To be called once a server took it; a second call does nothing. */
  remove(id: string): Promise<void>;
}

/**
 * @param dataFolder the auditor's
 * @param orSetAside who sees to a damaged mail; without one it is an error
 */
export function createOutbox(dataFolder: string, orSetAside = orThrow): Outbox {
  const folder = join(dataFolder, 'outbox');
  const pathOf = (id: string): string => join(folder, `${id}.json`);
  return {
    put: (mail) => writeFileAtomic(pathOf(mail.id), `${JSON.stringify(mail)}\n`),
    async list() {
      const names = (await namesIn(folder)).filter((name) => name.endsWith('.json')).sort();
      const mails = await Promise.all(names.map((name) => orSetAside(() => readMail(join(folder, name)))));
      return mails.filter((mail) => mail !== undefined);
    },
    async remove(id) {
      await unlink(pathOf(id)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
  };
}

function readMail(path: string): Promise<WaitingMail | undefined> {
  return readUndamaged(path, (text) => {
    const parsed = waitingSchema.safeParse(parseJson(text));
    if (!parsed.success) throw new Error('it is not a mail of a report');
    return parsed.data;
  });
}

/** A folder that no mail has made yet is empty. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Puts reports that a kept state still holds into the archive and, for who gets mail, into the outbox. What is there
 * already stays as it is: a second call after a crash does nothing, while no mail of theirs was sent meanwhile.
 *
 * @returns the state without them, to be kept before the outbox is sent
 */
export async function postReports(config: AuditorConfig, state: AuditState): Promise<AuditState> {
  const { dataFolder } = config;
  for (const { mail, model } of state.unposted) {
    await createArchive(archiveFolderIn(dataFolder, mail.user)).put(mail, model);
    if (mailFor(config, mail.user) !== undefined) await createOutbox(dataFolder).put(mail);
  }
  return { ...state, unposted: [] };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Pauses after failures in a row: a greylisting server wants minutes, a wrong password is not fixed sooner. */
const PAUSES = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR];
/**
 * After refusals of one mail, which the server means as final: yet some say so of too many mails in an hour. Who sends
 * the same again and again is taken for a sender of spam, so that after these the mail is given up.
 */
const MAIL_PAUSES = [HOUR, 6 * HOUR, 24 * HOUR];
/** What is in the way of every mail alike. */
const OF_THE_SERVER: readonly MailFailure['kind'][] = ['sign_in', 'unreachable', 'tls', 'busy', 'limited'];

export interface Flushed {
  /** Whose mails were taken, one for each. */
  readonly taken: readonly string[];
  /** How many mails of each user are given up. */
  readonly givenUp: ReadonlyMap<string, number>;
  /** When the oldest mail of each user who has an address was written that no server has taken, in epoch milliseconds. */
  readonly waiting: ReadonlyMap<string, number>;
}

/**
 * Sends what waits in the outbox, unless a failure was too recent. A mail that is refused, for its address or for what
 * it holds, holds up no other; one that is refused again and again is given up, until its account or addresses change.
 *
 * @param now epoch milliseconds
 * @param anyway asks a server that failed even so, for a mail that has just been written
 */
export type MailSender = (now: number, anyway?: boolean) => Promise<Flushed>;

/**
 * @param place the outbox, by the present settings
 * @param mailerOf to the address of a user, created again from the present settings; undefined while there is none
 */
export function createMailSender(
  place: () => Outbox,
  mailerOf: (user: string) => Mailer | undefined,
  logger: Logger,
): MailSender {
  const serverPauses = createPauses(PAUSES);
  const mailPauses = createPauses(MAIL_PAUSES);
  return async (now, anyway = false) => {
    const outbox = place();
    const taken: string[] = [];
    const gone = new Set<string>();
    // Without an address nothing is due.
    const mails = (await outbox.list()).flatMap((mail) => {
      const mailer = mailerOf(mail.user);
      return mailer === undefined ? [] : [{ mail, mailer }];
    });
    const lost = new Set(mails.flatMap(({ mail, mailer }) => (mail.givenUp === mailer.route ? mail.id : [])));
    for (const { mail, mailer } of mails) {
      const { id, user } = mail;
      if (lost.has(id)) continue;
      const attempts = `${id} ${mailer.route}`;
      if ((!anyway && serverPauses.runs(user, now)) || mailPauses.runs(attempts, now)) continue;
      const outcome = await mailer.send(mail);
      if (!outcome.sent) {
        const { kind, text } = outcome.failure;
        const fields = { mail: id, user, kind, problem: text.en };
        if (OF_THE_SERVER.includes(kind)) {
          // A limit ends no sooner than an hour.
          const { until } = serverPauses.begin(user, now, kind === 'limited' ? HOUR : 0);
          logger.error({ ...fields, next: new Date(until).toISOString() }, 'report not mailed; kept and tried again');
          break;
        }
        const { failures } = mailPauses.begin(attempts, now);
        // Once: what the server says is the same each time.
        if (failures === 1) logger.error(fields, 'report refused; kept and tried again');
        if (failures <= MAIL_PAUSES.length) continue;
        await outbox.put({ ...mail, givenUp: mailer.route });
        mailPauses.end(attempts);
        lost.add(id);
        logger.error(
          fields,
          'report given up; it is in the archive, and tried again when [smtp] or the address changes',
        );
        continue;
      }
      await outbox.remove(id);
      gone.add(id);
      serverPauses.end(user);
      mailPauses.end(attempts);
      taken.push(user);
      logger.info({ mail: id, user }, 'report mailed');
      if (outcome.refused.length > 0) {
        logger.warn({ mail: id, user, recipients: outcome.refused.length }, 'some recipients were refused');
      }
    }
    const [givenUp, waiting] = [new Map<string, number>(), new Map<string, number>()];
    for (const { id, user } of mails.map(({ mail }) => mail)) {
      if (lost.has(id)) givenUp.set(user, (givenUp.get(user) ?? 0) + 1);
      const at = writtenAt(id);
      if (!gone.has(id) && at !== undefined) waiting.set(user, Math.min(at, waiting.get(user) ?? at));
    }
    return { taken, givenUp, waiting };
  };
}

/** Pauses that grow with each failure of the same thing. @param lengths in milliseconds; the last one stays */
function createPauses(lengths: readonly number[]) {
  const pauses = new Map<string, { readonly failures: number; readonly until: number }>();
  return {
    runs: (of: string, now: number): boolean => now < (pauses.get(of)?.until ?? 0),
    /** @returns how many failures it were in a row, and until when it pauses, at least for `least` milliseconds */
    begin(of: string, now: number, least = 0): { readonly failures: number; readonly until: number } {
      const failures = (pauses.get(of)?.failures ?? 0) + 1;
      const pause = { failures, until: now + Math.max(least, lengths[Math.min(failures, lengths.length) - 1] ?? 0) };
      pauses.set(of, pause);
      return pause;
    },
    end: (of: string): void => void pauses.delete(of),
  };
}
