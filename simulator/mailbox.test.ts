import { createTransport } from 'nodemailer';
import { afterEach, expect, it } from 'vitest';
import { createMailbox, type Mailbox, type MailRefusal } from './mailbox.ts';

let mailbox: Mailbox;
afterEach(() => mailbox.stop());

async function open(refusal: MailRefusal = 'none') {
  mailbox = createMailbox({ port: 0, login: { user: 'me@example.org', password: 'right' }, clock: () => 42 });
  await mailbox.start();
  mailbox.refuse(refusal);
}

const send = (password = 'right'): Promise<unknown> =>
  createTransport({
    host: '127.0.0.1',
    port: mailbox.port(),
    auth: { user: 'me@example.org', pass: password },
    socketTimeout: 300,
  }).sendMail({ from: 'me@example.org', to: ['a@example.org', 'b@example.org'], subject: '日报', text: '你好' });

it('keeps the mails it gets', async () => {
  await open();
  const waited = mailbox.waitForMails(1, 5000);
  await send();
  expect(await waited).toEqual([
    {
      receivedAt: 42,
      from: 'me@example.org',
      to: ['a@example.org', 'b@example.org'],
      raw: expect.stringContaining('Subject: =?UTF-8?'),
    },
  ]);
  mailbox.clear();
  expect(mailbox.mails()).toEqual([]);
});

it('admits nobody with a wrong password', async () => {
  await open();
  await expect(send('wrong')).rejects.toMatchObject({ responseCode: 535 });
});

it.each([
  ['auth', { responseCode: 535 }],
  ['recipient', { responseCode: 550 }],
  ['busy', { responseCode: 421 }],
  ['silence', { code: 'ETIMEDOUT' }],
] as const)('refuses as told: %s', async (refusal, error) => {
  await open(refusal);
  await expect(send()).rejects.toMatchObject(error);
  expect(mailbox.mails()).toEqual([]);
});

it('says when mails did not come', async () => {
  await open();
  await expect(mailbox.waitForMails(1, 10)).rejects.toThrow('0 of 1 mails arrived within 10 ms');
});
