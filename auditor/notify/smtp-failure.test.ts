import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from '../../test/mailbox.ts';
import { type MailConfig, securityOf } from '../config.ts';
import { type SendOutcome, sendMail } from './mail-sender.ts';

const written = (name: string): string =>
  readFileSync(new URL(`../../test/written/${name}`, import.meta.url), 'utf8').trim();
let mailbox: Mailbox;
beforeEach(async () => {
  mailbox = await startMailbox();
});
afterEach(() => mailbox.close());

const reportMail = {
  id: 'report-2026-11-23-a',
  user: 'default',
  subject: '流量日报 - 2026-11-23',
  text: '正文\n',
  html: '<p>正文</p>',
};
const send = ({ host = '127.0.0.1', port = mailbox.port, ...over }: Partial<MailConfig> = {}): Promise<SendOutcome> =>
  sendMail(reportMail, {
    host,
    port,
    security: securityOf(host, port),
    user: 'me@qq.com',
    password: 'hunter2',
    to: ['you@qq.com'],
    ...over,
  });

describe('a server that does not take it', () => {
  it.each([
    [535, 'sign_in', 'EmailPass must be the authorisation code'],
    [550, 'recipient', 'check EmailUser and EmailTo'],
    [421, 'busy', 'does not take the mail for now'],
    [554, 'refused', 'refused the mail, perhaps for what it holds'],
  ])('is explained: %d', async (code, kind, words) => {
    mailbox.refuse({ code, message: 'no, hunter2' });
    const outcome = await send();
    expect(outcome).toMatchObject({ sent: false, failure: { kind, text: { en: expect.stringContaining(words) } } });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
    expect(mailbox.mails).toEqual([]);
  });

  it('is quoted without the password, however it sends back what it was sent', async () => {
    for (const sent of ['\0me@qq.com\0hunter2', 'hunter2']) {
      const echoed = Buffer.from(sent).toString('base64');
      mailbox.refuse({ code: 535, message: `AUTH PLAIN ${echoed}` });
      expect(JSON.stringify(await send())).toContain('AUTH PLAIN …');
    }
  });

  it.each([
    [503, 'Error: need EHLO and AUTH first !'],
    [553, 'authentication is required,163 smtp8'],
    [550, '5.7.1 Authentication Required'],
  ])('is explained by the password where there is none: %d %s', async (code, message) => {
    mailbox.refuse({ code, message });
    expect(await send({ password: '' })).toMatchObject({ failure: { kind: 'sign_in' } });
  });

  it('is quoted in words alone: what moves the cursor of a terminal is left out', async () => {
    mailbox.refuse({ code: 535, message: 'no \x1b[2J\x07way' });
    expect(JSON.stringify(await send())).toContain('(535 no [2J way)');
  });

  it('is explained when the account lets no program in', async () => {
    mailbox.refuse({ code: 535, message: '5.7.139 SmtpClientAuthentication is disabled' });
    expect(await send()).toMatchObject({
      failure: { text: { en: expect.stringContaining('open SMTP in the settings') } },
    });
  });

  const textOf = (outcome: SendOutcome) => (outcome.sent ? undefined : outcome.failure.text);

  it('is explained by the authorisation code first where QQ lists everything at once', async () => {
    const message = written('smtp-qq-535.txt').slice(4);
    mailbox.refuse({ code: 535, message });
    const outcome = await send();
    expect(outcome).toMatchObject({ failure: { kind: 'sign_in' } });
    expect(textOf(outcome)?.en).toMatch(
      /refused the sign-in; EmailPass must be the authorisation code of EmailUser.*QQ Mail makes one.*; if it is, open SMTP .*wait an hour/,
    );
    expect(textOf(outcome)?.zh).toMatch(/EmailPass 要填 EmailUser 的授权码.*若没有填错，请在邮箱设置里开启 SMTP/);
  });

  it.each([
    ...written('smtp-qq-550-frequency.txt')
      .split('\n')
      .map((line): [number, string] => [550, line.slice(4)]),
    [451, 'MI:SFQ 163 smtp9'] as [number, string],
    [421, 'HL:IFC 163 smtp1'] as [number, string],
    [454, '4.7.0 Too many login attempts, please try again later'] as [number, string],
    [550, '5.4.5 Daily user sending limit exceeded'] as [number, string],
  ])('is a limit that is tried again after an hour: %d %s', async (code, message) => {
    mailbox.refuse({ code, message });
    const outcome = await send();
    expect(outcome).toMatchObject({ failure: { kind: 'limited' } });
    expect(textOf(outcome)?.en).toContain('tried again after an hour');
  });

  it.each([
    ['me@163.com', 535, 'Error: authentication failed', 'NetEase makes one'],
    ['me@gmail.com', 534, '5.7.9 Application-specific password required', 'an app password of the Google account'],
    ['me@icloud.com', 535, '5.7.8 Error: authentication failed', 'an app-specific password of the Apple account'],
    ['me@vip.qq.com', 535, 'no', 'QQ Mail makes one'],
    ['me@own.example', 535, 'no', 'the authorisation code of EmailUser'],
    [
      'me@hotmail.com',
      535,
      '5.7.3 Authentication unsuccessful',
      'Outlook lets no program sign in by a password any more',
    ],
    [
      'me@own.example',
      535,
      '5.7.139 Authentication unsuccessful, basic authentication is disabled',
      'lets no program sign in by a password',
    ],
    [
      'me@own.example',
      550,
      '5.7.30 Basic authentication is not supported for Client Submission',
      'lets no program sign in by a password',
    ],
  ])('is explained by what the provider of %s takes, after %d %s', async (user, code, message, words) => {
    mailbox.refuse({ code, message });
    expect(textOf(await send({ user }))?.en).toContain(words);
  });

  it('is named when nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await send({ port })).toMatchObject({
      sent: false,
      failure: { kind: 'unreachable', text: { en: expect.stringContaining(`127.0.0.1:${port} cannot be reached`) } },
    });
  });
});

describe('TLS with a server elsewhere', () => {
  /** Loopback, written so that it does not look like it: what is elsewhere gets no password without TLS. */
  const ELSEWHERE = '0x7f.1';
  let server: SMTPServer;
  let signIns: number;
  const serve = async (options: SMTPServerOptions): Promise<number> => {
    signIns = 0;
    server = new SMTPServer({
      ...options,
      onAuth(_auth, _session, done) {
        signIns += 1;
        done(null, { user: 'me' });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.server.address() as AddressInfo).port;
  };
  afterEach(() => new Promise<void>((resolve) => server.close(resolve)));

  it('fails where its certificate is not trusted, before the password is sent', async () => {
    const read = (name: string): Promise<Buffer> =>
      readFile(new URL(`../../test/certificates/${name}`, import.meta.url));
    const port = await serve({ key: await read('kernel.key'), cert: await read('kernel.crt') });
    const outcome = await send({ host: ELSEWHERE, port });
    expect(outcome).toMatchObject({
      failure: { kind: 'tls', text: { en: expect.stringContaining('not trusted here') } },
    });
    expect(signIns).toBe(0);
  });

  it('fails where the server has none', async () => {
    const port = await serve({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    expect(await send({ host: ELSEWHERE, port })).toMatchObject({ sent: false, failure: { kind: 'tls' } });
    expect(signIns).toBe(0);
  });
});
