import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { z } from 'zod';
import { ListenError, unusable } from '../runtime/listen.ts';

/** A mail that arrived. */
interface ReceivedMail {
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly from: string;
  readonly to: readonly string[];
  /** The message as sent: headers, a blank line, body. */
  readonly raw: string;
}

/** `auth`: 535 to every login; `recipient`: 550 to every address; `busy`: 421; `silence`: no answer to a message. */
export const refusalSchema = z.enum(['none', 'auth', 'recipient', 'busy', 'silence']);
export type MailRefusal = z.infer<typeof refusalSchema>;

/** An SMTP error: 535 is given to every login, 550 to every address, any other code to every message. */
export interface SmtpRefusal {
  readonly code: number;
  readonly message: string;
  /** Of the addresses, to this one alone. */
  readonly recipient?: string;
  /** Of the messages, to those alone that hold this. */
  readonly holding?: string;
}

const REFUSALS: Readonly<Record<'auth' | 'recipient' | 'busy', SmtpRefusal>> = {
  auth: { code: 535, message: 'Login fail. Authorization code is wrong' },
  recipient: { code: 550, message: 'Mailbox not found' },
  busy: { code: 421, message: 'Service not available, try again later' },
};

/** A mail server on loopback that keeps what it gets, in memory. */
export interface Mailbox {
  /** @throws ListenError when the port is taken */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** @throws Error before the start */
  port(): number;
  mails(): readonly ReceivedMail[];
  /** Waits until so many mails have arrived. @throws Error when they did not in time */
  waitForMails(count: number, milliseconds: number): Promise<readonly ReceivedMail[]>;
  clear(): void;
  refuse(refusal: MailRefusal | SmtpRefusal): void;
  refusal(): MailRefusal | SmtpRefusal;
}

/** More than this and the oldest are dropped. */
const KEPT = 1000;

/**
 * @param options.port 0 lets the system choose
 * @param options.login whom to admit; anyone, logged in or not, without it
 * @param options.clock epoch milliseconds
 * @param options.arrived sees each mail before its sender is told that it was taken
 */
export function createMailbox(options: {
  readonly port: number;
  readonly login?: { readonly user: string; readonly password: string };
  readonly clock: () => number;
  readonly arrived?: (mail: ReceivedMail) => Promise<void>;
}): Mailbox {
  const { login, arrived = async () => undefined } = options;
  let mails: readonly ReceivedMail[] = [];
  let refusal: MailRefusal | SmtpRefusal = 'none';
  let started = false;
  const arrivals = new Set<() => void>();
  const refusedWith = (applies: (given: SmtpRefusal) => boolean): Error | undefined => {
    if (refusal === 'none' || refusal === 'silence') return undefined;
    const given = typeof refusal === 'string' ? REFUSALS[refusal] : refusal;
    return applies(given) ? smtpError(given) : undefined;
  };

  const server = new SMTPServer({
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth(auth, _session, done) {
      const known = login === undefined || (auth.username === login.user && auth.password === login.password);
      const refused = refusedWith(({ code }) => code === 535) ?? (known ? undefined : smtpError(REFUSALS.auth));
      if (refused !== undefined) return done(refused);
      done(null, { user: auth.username ?? '' });
    },
    onRcptTo({ address }, _session, done) {
      done(refusedWith(({ code, recipient = address }) => code === 550 && recipient === address));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refusal === 'silence') return;
        const raw = Buffer.concat(chunks).toString('utf8');
        const refused = refusedWith(({ code, holding = '' }) => ![535, 550].includes(code) && raw.includes(holding));
        if (refused !== undefined) return done(refused);
        const { mailFrom, rcptTo } = session.envelope;
        const mail = {
          receivedAt: options.clock(),
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
        };
        void arrived(mail).then(() => {
          mails = [...mails, mail].slice(-KEPT);
          done(null);
          for (const each of arrivals) each();
        }, done);
      });
    },
  });

  return {
    start: () =>
      new Promise((resolve, reject) => {
        const refuse = (error: NodeJS.ErrnoException): void => {
          reject(
            new ListenError(unusable(`127.0.0.1:${options.port}`, error, '--mailbox-port'), {
              cause: error,
            }),
          );
        };
        server.once('error', refuse);
        server.listen(options.port, '127.0.0.1', () => {
          server.off('error', refuse);
          // A client that hangs up mid-way is its own affair.
          server.on('error', () => undefined);
          started = true;
          resolve();
        });
      }),
    stop: () => (started ? new Promise((resolve) => server.close(() => resolve())) : Promise.resolve()),
    port() {
      if (!started) throw new Error('the mailbox has not started');
      return (server.server.address() as AddressInfo).port;
    },
    mails: () => mails,
    waitForMails: (count, milliseconds) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (mails.length < count) return;
          clearTimeout(timer);
          arrivals.delete(look);
          resolve(mails);
        };
        const timer = setTimeout(() => {
          arrivals.delete(look);
          reject(new Error(`${mails.length} of ${count} mails arrived within ${milliseconds} ms`));
        }, milliseconds);
        arrivals.add(look);
        look();
      }),
    clear() {
      mails = [];
    },
    refuse(next) {
      refusal = next;
    },
    refusal: () => refusal,
  };
}

function smtpError({ code, message }: SmtpRefusal): Error {
  return Object.assign(new Error(message), { responseCode: code });
}
