import type { Text } from './language.ts';

/** A mail provider whose servers are known, with what it takes for a password (checked in November 2026). */
export interface MailProvider {
  readonly name: string;
  /** What is behind the @ of its addresses. */
  readonly domains: readonly string[];
  readonly host: string;
  readonly port: number;
  /** Other servers that mean the same provider. */
  readonly hosts?: readonly string[];
  /** What EmailPass must be; undefined where no program may sign in by a password any more. */
  readonly password?: Text;
}

const QQ_CODE: Text = {
  zh: 'EmailUser 的授权码（QQ 邮箱网页版“设置 → 账号”里开启 SMTP 服务后生成），不是邮箱密码',
  en: "the authorisation code of EmailUser, not the account's password (QQ Mail makes one where its web settings switch SMTP on)",
};
const NETEASE_CODE: Text = {
  zh: 'EmailUser 的授权码（网易邮箱网页版“设置 → POP3/SMTP/IMAP”里开启后生成），不是邮箱密码',
  en: "the authorisation code of EmailUser, not the account's password (NetEase makes one where its web settings switch SMTP on)",
};

const MAIL_PROVIDERS: readonly MailProvider[] = [
  {
    name: 'QQ',
    domains: ['qq.com', 'vip.qq.com', 'foxmail.com'],
    host: 'smtp.qq.com',
    port: 587,
    password: QQ_CODE,
  },
  {
    name: 'Exmail',
    // Companies have domains of their own.
    domains: ['exmail.qq.com'],
    host: 'smtp.exmail.qq.com',
    port: 465,
    hosts: ['hwsmtp.exmail.qq.com'],
    password: {
      zh: '腾讯企业邮箱的客户端专用密码（开启了安全登录时），否则是邮箱密码',
      en: "the client password of Tencent Exmail where secure sign-in is on, else the account's password",
    },
  },
  { name: '163', domains: ['163.com'], host: 'smtp.163.com', port: 465, password: NETEASE_CODE },
  { name: '126', domains: ['126.com'], host: 'smtp.126.com', port: 465, password: NETEASE_CODE },
  { name: 'yeah.net', domains: ['yeah.net'], host: 'smtp.yeah.net', port: 465, password: NETEASE_CODE },
  {
    name: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    host: 'smtp.gmail.com',
    port: 587,
    password: {
      zh: 'Google 账号的应用专用密码（先开启两步验证，再到 myaccount.google.com/apppasswords 生成），不是账号密码',
      en: "an app password of the Google account (after 2-Step Verification is on, at myaccount.google.com/apppasswords), not the account's password",
    },
  },
  {
    name: 'iCloud',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    host: 'smtp.mail.me.com',
    port: 587,
    password: {
      zh: 'Apple 账号的 App 专用密码（在 account.apple.com 生成），不是账号密码',
      en: "an app-specific password of the Apple account (made at account.apple.com), not the account's password",
    },
  },
  {
    // Since 16 September 2024 it takes OAuth alone, and app passwords no more.
    name: 'Outlook',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    host: 'smtp-mail.outlook.com',
    port: 587,
  },
];

/** The provider of an address such as `me@qq.com`; undefined for one that is not known. */
export function providerOfAddress(address: string): MailProvider | undefined {
  const domain = address.split('@').at(-1)?.trim().toLowerCase() ?? '';
  return MAIL_PROVIDERS.find(({ domains }) => domains.includes(domain));
}

/** The provider of a server such as `smtp.qq.com`. */
export function providerOfHost(host: string): MailProvider | undefined {
  const name = host.trim().toLowerCase();
  return MAIL_PROVIDERS.find((each) => each.host === name || each.hosts?.includes(name) === true);
}
