import type { Language } from '../../core/language.ts';
import { providerOfAddress, providerOfHost } from '../../core/mail-providers.ts';
import { TEXTS } from '../../core/texts.ts';
import type { MailConfig } from '../config.ts';

/** Why a mail was not taken: what kind, what to fix, and the server's own words. */
export interface MailFailure {
  readonly kind: 'sign_in' | 'unreachable' | 'tls' | 'recipient' | 'busy' | 'limited' | 'refused';
  /** Logs have it in English; never holds the password. */
  readonly text: Readonly<Record<Language, string>>;
}

/** How providers say that too much was sent, or signed in too often; NetEase by a code. */
const LIMITED =
  /frequen|频率|频繁|too many (?:\w+ )?(?:login|mail|message|connection|fail|request)|(?:daily|sending|rate|hourly)\b.{0,20}\b(?:limit|quota)|\b(?:RP:TRC|MI:SFQ|MI:STC|MI:DMC|HL:IFC|HL:ICC)\b/i;
/** That signing in by a password is not open to programs at all, for this account or for anyone. */
const SMTP_OFF = /disabled|not (?:enabled|open)|no permission|未开启/i;
/** Of a mail without a password: QQ says 503, NetEase 553. */
const SIGN_IN_FIRST = /\bauth\w*\b.{0,12}\b(?:first|required)\b/i;
const NO_PASSWORDS = /basic authentication is (?:disabled|not supported)/i;

/** What an error of the SMTP library means, and what to do about it. */
export function failureOf(error: unknown, { host, port, user, password }: MailConfig): MailFailure {
  const {
    code = '',
    responseCode = 0,
    response,
    message,
  } = error as Error & { code?: string; responseCode?: number; response?: string };
  // On a terminal it must be nothing but words.
  const said = response === undefined ? code : withoutSecret(response, user, password).replaceAll(/[\s\p{Cc}]+/gu, ' ');
  const server = `${host}:${port}`;
  const failure = (kind: MailFailure['kind'], en: string, zh: string): MailFailure => ({
    kind,
    text: {
      en: `${server} ${en}${said === '' ? '' : ` (${said})`}`,
      zh: `${server} ${zh}${said === '' ? '' : `（${said}）`}`,
    },
  });
  const answer = response ?? '';
  const provider = providerOfHost(host) ?? providerOfAddress(user);
  // QQ Mail lists all that may be the reason at once; the password is the likeliest.
  const perhapsPassword = /password/i.test(answer);
  if (LIMITED.test(answer) && !perhapsPassword) {
    return failure(
      'limited',
      'limits how often mail is sent; mail that waits is tried again after an hour',
      '限制了发信频率；等待的邮件一小时后再试',
    );
  }
  const signIn = code === 'EAUTH' || [530, 534, 535].includes(responseCode) || SIGN_IN_FIRST.test(answer);
  if (NO_PASSWORDS.test(answer) || (signIn && provider !== undefined && provider.password === undefined)) {
    const { zh, en } = TEXTS.noMailPassword(provider?.name ?? '');
    return failure('sign_in', `refused the sign-in: ${en.trim()}`, `拒绝登录：${zh.trim()}`);
  }
  if (signIn && SMTP_OFF.test(answer) && !perhapsPassword) {
    return failure(
      'sign_in',
      "does not let programs sign in; open SMTP in the settings of EmailUser's account",
      '不让程序登录；请在 EmailUser 的邮箱设置里开启 SMTP 服务',
    );
  }
  if (signIn) {
    const wanted = provider?.password ?? {
      zh: 'EmailUser 的授权码，不是邮箱密码',
      en: "the authorisation code of EmailUser, not the account's password",
    };
    const or = SMTP_OFF.test(answer)
      ? {
          zh: '；若没有填错，请在邮箱设置里开启 SMTP 服务，试得太多时过一小时再试',
          en: '; if it is, open SMTP in the settings of the account, and after many tries wait an hour',
        }
      : { zh: '', en: '' };
    return failure(
      'sign_in',
      `refused the sign-in; EmailPass must be ${wanted.en}${or.en}`,
      `拒绝登录；EmailPass 要填 ${wanted.zh}${or.zh}`,
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

/** Servers may echo what was sent: the password as AUTH LOGIN encodes it (base64), or AUTH PLAIN with the user (RFC 4616). */
function withoutSecret(text: string, user: string, password: string): string {
  if (password === '') return text;
  const encoded = [`\0${user}\0${password}`, password].map((sent) =>
    Buffer.from(sent).toString('base64').replace(/=+$/, ''),
  );
  return [...encoded, password].reduce((shown, secret) => shown.replaceAll(secret, '…'), text);
}
