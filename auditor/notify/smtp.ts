import { createTransport } from 'nodemailer';
import type { Language } from '../../core/language.ts';
import { VERSION } from '../../core/version.ts';
import { isLoopback } from '../../runtime/addresses.ts';
import type { AuditorConfig } from '../config.ts';
import type { ReportMail } from '../report/report-mail.ts';

/** How reports are mailed; the password is a secret. */
export interface MailConfig {
  readonly host: string;
  readonly port: number;
  /** The account, which is the sender too, as QQ Mail demands. */
  readonly user: string;
  /** Empty when the server wants no sign-in. */
  readonly password: string;
  /** Whom the owner's reports go to; may be empty when only other users get theirs. */
  readonly to: readonly string[];
}

/** How a user's reports are mailed: to their own address, else to the owner's. Undefined when nobody wants them. */
export function mailFor({ mail, reportUsers = [] }: AuditorConfig, user: string): MailConfig | undefined {
  if (mail === undefined) return undefined;
  const to = reportUsers.find((each) => each.user === user)?.mailTo ?? mail.to;
  return to.length === 0 ? undefined : { ...mail, to };
}

/** `sent` only after the server took the mail with a 250. */
export type SendOutcome =
  | { readonly sent: true; readonly refused: readonly string[] }
  | { readonly sent: false; readonly failure: MailFailure };

/** Why a mail was not taken: what kind, what to mend, and the server's own words. */
export interface MailFailure {
  readonly kind: 'sign_in' | 'unreachable' | 'tls' | 'recipient' | 'busy' | 'refused';
  /** Logs have it in English; never holds the password. */
  readonly text: Readonly<Record<Language, string>>;
}

export interface Mailer {
  /** By which account and to whom: what is refused on one way may be taken on another. Holds no secret. */
  readonly route: string;
  /** Never throws. */
  send(mail: ReportMail): Promise<SendOutcome>;
}

const TIMEOUT_MS = 30_000;

/** Ports on which TLS begins with the first byte: RFC 8314's, and the second one of NetEase (163.com, 126.com). */
const TLS_PORTS: ReadonlySet<number> = new Set([465, 994]);

/** How a server is spoken to: TLS from the first byte on {@link TLS_PORTS}, else STARTTLS, which only loopback may lack. */
export function securityOf({ host, port }: Pick<MailConfig, 'host' | 'port'>) {
  const secure = TLS_PORTS.has(port);
  const loopback = isLoopback(host);
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
    route: `${user} by ${host}:${port} to ${to.join(', ')}`,
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
    message,
  } = error as Error & { code?: string; responseCode?: number; response?: string };
  const said = response === undefined ? code : withoutSecret(response, password);
  const server = `${host}:${port}`;
  const failure = (kind: MailFailure['kind'], en: string, zh: string): MailFailure => ({
    kind,
    text: {
      en: `${server} ${en}${said === '' ? '' : ` (${said})`}`,
      zh: `${server} ${zh}${said === '' ? '' : `（${said}）`}`,
    },
  });
  if (responseCode === 535 && /disabled|not (?:enabled|open)|未开启/i.test(response ?? '')) {
    return failure(
      'sign_in',
      "does not let programs sign in; open SMTP in the settings of EmailUser's account",
      '不让程序登录；请在 EmailUser 的邮箱设置里开启 SMTP 服务',
    );
  }
  if (code === 'EAUTH' || responseCode === 535 || responseCode === 530) {
    return failure(
      'sign_in',
      "refused the sign-in; EmailPass must be the authorisation code of EmailUser, not the account's password",
      '拒绝登录；EmailPass 要填 EmailUser 的授权码，不是邮箱密码',
    );
  }
  if (responseCode === 421 || (responseCode >= 450 && responseCode < 500)) {
    return failure('busy', 'does not take the mail for now', '暂时不收这封邮件');
  }
  // Sender and recipients were taken, and what came then was not: 550 again at QQ, for content.
  if (code === 'EMESSAGE') {
    return failure('refused', 'refused the mail, perhaps for what it holds', '拒收这封邮件，可能是因为内容');
  }
  if (code === 'EENVELOPE' || responseCode === 550 || responseCode === 553) {
    return failure(
      'recipient',
      'refused sender or recipient; check EmailUser and EmailTo',
      '拒绝了发件人或收件人；请检查 EmailUser 和 EmailTo',
    );
  }
  if (/certificate|altnames/i.test(message)) {
    return failure(
      'tls',
      `shows a certificate that is not trusted here (${message}); check SMTPHost`,
      `的证书在这里不受信任（${message}）；请检查 SMTPHost`,
    );
  }
  if (code === 'ETLS' || /wrong version number|SSL|STARTTLS/i.test(message)) {
    return failure(
      'tls',
      'cannot be spoken to by TLS; SMTPPort is 465 (or 994) for TLS from the first byte and 587 for STARTTLS',
      '的 TLS 握手失败；SMTPPort 465（或 994）一开始就用 TLS，587 用 STARTTLS',
    );
  }
  if (responseCode > 0) return failure('refused', 'refused the mail', '拒收这封邮件');
  return failure(
    'unreachable',
    'cannot be reached; check SMTPHost, SMTPPort and the firewall',
    '连不上；请检查 SMTPHost、SMTPPort 和防火墙',
  );
}

/** Servers may echo what was sent, also base64-encoded. */
function withoutSecret(text: string, password: string): string {
  if (password === '') return text;
  const encoded = Buffer.from(password).toString('base64').replace(/=+$/, '');
  return text.replaceAll(password, '…').replaceAll(encoded, '…');
}
