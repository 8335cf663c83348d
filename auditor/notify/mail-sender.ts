import { createTransport } from 'nodemailer';
import { VERSION } from '../../core/version.ts';
import type { OrSetAside } from '../../runtime/atomic-file.ts';
import type { Logger } from '../../runtime/logger.ts';
import { archiveFolderIn, createArchive, createOutbox } from '../archive/archive.ts';
import type { AuditorConfig, MailConfig } from '../config.ts';
import { type ReportMail, writtenAt } from '../report/report-mail.ts';
import type { AuditState } from '../state/audit-state.ts';
import { failureOf, type MailFailure } from './smtp-failure.ts';

/** How a user's reports are mailed: to their own address, else to the owner's. Undefined when nobody wants them. */
export function mailFor(
  { mail, reportUsers = [] }: Pick<AuditorConfig, 'mail' | 'reportUsers'>,
  user: string,
): MailConfig | undefined {
  if (mail === undefined) return undefined;
  const to = reportUsers.find((each) => each.user === user)?.mailTo ?? mail.to;
  return to.length === 0 ? undefined : { ...mail, to };
}

/** `sent` only after the server took the mail with a 250. */
export type SendOutcome =
  | { readonly sent: true; readonly refused: readonly string[] }
  | { readonly sent: false; readonly failure: MailFailure };

const TIMEOUT_MS = 30_000;

function transportTo(config: MailConfig) {
  const { host, port, security, user, password } = config;
  return createTransport({
    host,
    port,
    ...security,
    ...(password === '' ? {} : { auth: { user, pass: password } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
}

/** Signs in and out again. @returns what went wrong, if anything did */
export async function checkSignIn(config: MailConfig): Promise<MailFailure | undefined> {
  const transport = transportTo(config);
  try {
    await transport.verify();
    return undefined;
  } catch (error) {
    return failureOf(error, config);
  } finally {
    transport.close();
  }
}

/** Sends one mail. Never throws. */
export async function sendMail({ id, subject, text, html }: ReportMail, config: MailConfig): Promise<SendOutcome> {
  const { user, to } = config;
  const transport = transportTo(config);
  try {
    const info = await transport.sendMail({
      from: { name: 'FlowCollect', address: user },
      to: [...to],
      subject,
      text,
      html,
      messageId: `<${id}@flowcollect.local>`,
      headers: { 'X-Mailer': `FlowCollect ${VERSION}` },
      list: { id: { url: 'reports.flowcollect.local', comment: 'FlowCollect' } },
    });
    return { sent: true, refused: info.rejected.map(String) };
  } catch (error) {
    return { sent: false, failure: failureOf(error, config) };
  } finally {
    transport.close();
  }
}

/** By which account and to whom: what is refused on one way may be taken on another. Holds no secret. */
const routeOf = ({ host, port, user, to }: MailConfig): string => `${user} by ${host}:${port} to ${to.join(', ')}`;

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
 * @param config the present settings
 * @param orSetAside who sees to a damaged mail
 */
export function createMailSender(
  config: () => Pick<AuditorConfig, 'dataFolder' | 'mail' | 'reportUsers'>,
  orSetAside: OrSetAside,
  logger: Logger,
): MailSender {
  const serverPauses = createPauses(PAUSES);
  const mailPauses = createPauses(MAIL_PAUSES);
  return async (now, anyway = false) => {
    const settings = config();
    const outbox = createOutbox(settings.dataFolder, orSetAside);
    const taken: string[] = [];
    const gone = new Set<string>();
    // Without an address nothing is due.
    const mails = (await outbox.list()).flatMap((mail) => {
      const to = mailFor(settings, mail.user);
      return to === undefined ? [] : [{ mail, to, route: routeOf(to) }];
    });
    const lost = new Set(mails.flatMap(({ mail, route }) => (mail.givenUp === route ? mail.id : [])));
    for (const { mail, to, route } of mails) {
      const { id, user } = mail;
      if (lost.has(id)) continue;
      const attempts = `${id} ${route}`;
      if ((!anyway && serverPauses.runs(user, now)) || mailPauses.runs(attempts, now)) continue;
      const outcome = await sendMail(mail, to);
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
        await outbox.put({ ...mail, givenUp: route });
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
