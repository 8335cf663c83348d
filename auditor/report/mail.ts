import { createTransport } from 'nodemailer';
import { VERSION } from '../../core/version.ts';
import type { MailConfig } from '../config.ts';

/** A mail ready to send; its id makes its Message-ID, so that a mail sent twice after a crash is known as one. */
export interface Letter {
  readonly id: string;
  /** Whose report it is; their address is looked up when it is sent. */
  readonly user: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** `sent` only after the server took the mail with a 250. */
export type SendOutcome =
  | { readonly sent: true; readonly refused: readonly string[] }
  | { readonly sent: false; readonly failure: MailFailure };

/** Why a mail was not taken: what kind, what to mend, and the server's own words. */
export interface MailFailure {
  readonly kind: 'sign_in' | 'unreachable' | 'tls' | 'recipient' | 'busy' | 'refused';
  /** English, for logs and the console; never holds the password. */
  readonly message: string;
}

export interface Mailer {
  /** Never throws. */
  send(letter: Letter): Promise<SendOutcome>;
}

const TIMEOUT_MS = 30_000;

/** Ports on which TLS begins with the first byte: RFC 8314's, and the second one of NetEase (163.com, 126.com). */
const TLS_PORTS: ReadonlySet<number> = new Set([465, 994]);

/** How a server is spoken to: TLS from the first byte on {@link TLS_PORTS}, else STARTTLS, which only loopback may lack. */
export function securityOf({ host, port }: Pick<MailConfig, 'host' | 'port'>) {
  const secure = TLS_PORTS.has(port);
  const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
  return { secure, requireTLS: !secure && !loopback, ignoreTLS: loopback };
}

/** Sends through one SMTP account. */
export function createMailer(config: MailConfig): Mailer {
  const { host, port, user, password, to } = config;
  const transport = createTransport({
    host,
    port,
    ...securityOf(config),
    ...(password === '' ? {} : { auth: { user, pass: password } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return {
    async send({ id, subject, text, html }) {
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
        return { sent: false, failure: explain(error, config) };
      } finally {
        transport.close();
      }
    },
  };
}

function explain(error: unknown, { host, port, password }: MailConfig): MailFailure {
  const {
    code = '',
    responseCode = 0,
    response,
  } = error as { code?: string; responseCode?: number; response?: string };
  const said = response === undefined ? code : withoutSecret(response, password);
  const server = `${host}:${port}`;
  const failure = (kind: MailFailure['kind'], what: string): MailFailure => ({
    kind,
    message: `${what}${said === '' ? '' : ` (${said})`}`,
  });
  if (responseCode === 535 && /disabled|not (?:enabled|open)|未开启/i.test(response ?? '')) {
    return failure(
      'sign_in',
      `${server} does not let programs sign in; open SMTP in the settings of EmailUser's account`,
    );
  }
  if (code === 'EAUTH' || responseCode === 535 || responseCode === 530) {
    return failure(
      'sign_in',
      `${server} refused the sign-in; EmailPass must be the authorisation code of EmailUser, not the account's password`,
    );
  }
  if (responseCode === 421 || (responseCode >= 450 && responseCode < 500)) {
    return failure('busy', `${server} does not take the mail for now`);
  }
  if (code === 'EENVELOPE' || responseCode === 550 || responseCode === 553) {
    return failure('recipient', `${server} refused sender or recipient; check EmailUser and EmailTo`);
  }
  const { message } = error as Error;
  if (/certificate|altnames/i.test(message)) {
    return failure('tls', `${server} shows a certificate that is not trusted here (${message}); check SMTPHost`);
  }
  if (code === 'ETLS' || /wrong version number|SSL|STARTTLS/i.test(message)) {
    return failure(
      'tls',
      `TLS with ${server} failed; SMTPPort is 465 (or 994) for TLS from the first byte and 587 for STARTTLS`,
    );
  }
  if (responseCode > 0) return failure('refused', `${server} refused the mail`);
  return failure('unreachable', `${server} cannot be reached; check SMTPHost, SMTPPort and the firewall`);
}

/** Servers may echo what was sent, also base64-encoded. */
function withoutSecret(text: string, password: string): string {
  if (password === '') return text;
  const encoded = Buffer.from(password).toString('base64').replace(/=+$/, '');
  return text.replaceAll(password, '…').replaceAll(encoded, '…');
}
