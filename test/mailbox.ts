import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** What a mail server on loopback took. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly from: string;
  readonly messageId: string;
  readonly raw: string;
}

export interface Refusal {
  readonly code: number;
  readonly message: string;
  /** Only this address is refused; else all are. */
  readonly recipient?: string;
  /** Only a mail with this in its text is refused; else all are. */
  readonly holding?: string;
}

export interface Mailbox {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** From now on refuses: 535 at the sign-in, 550 the recipient, others the mail. Undefined takes all again. */
  refuse(refusal: Refusal | undefined): void;
  close(): Promise<void>;
}

/** A mail server on loopback that keeps what it gets. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: Mail[] = [];
  let refusal: Refusal | undefined;
  const problem = (at: (code: number) => boolean): Error | undefined =>
    refusal !== undefined && at(refusal.code)
      ? Object.assign(new Error(refusal.message), { responseCode: refusal.code })
      : undefined;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    authOptional: true,
    onAuth(auth, _session, done) {
      const refused = problem((code) => code === 535);
      if (refused !== undefined) done(refused);
      else done(null, { user: auth.username ?? '' });
    },
    onRcptTo({ address }, _session, done) {
      done(problem((code) => code === 550 && [undefined, address].includes(refusal?.recipient)));
    },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const refused = problem((code) => code !== 535 && code !== 550);
        if (refused !== undefined && raw.includes(refusal?.holding ?? '')) {
          done(refused);
          return;
        }
        simpleParser(raw).then(
          ({ subject = '', text = '', html, from, messageId = '' }) => {
            mails.push({
              subject,
              text,
              html: typeof html === 'string' ? html : '',
              from: from?.text ?? '',
              messageId,
              raw,
            });
            done();
          },
          (error: Error) => done(error),
        );
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    refuse(next) {
      refusal = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
