import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { orThrow } from '../../runtime/atomic-file.ts';
import { createLogger } from '../../runtime/logger.ts';
import { exampleModel } from '../../test/example-reports.ts';
import { type Mailbox, startMailbox } from '../../test/mailbox.ts';
import { createOutbox } from '../archive/archive.ts';
import { securityOf } from '../config.ts';
import { reportMailOf } from '../report/report-mail.ts';
import { createMailSender, type MailSender, sendMail } from './mail-sender.ts';

const HOUR = 3_600_000;

let folder: string;
let mailbox: Mailbox;
let send: MailSender;
/** The address; empty where there is none. */
let to: string;
let lines: string[];
const account = () => ({
  host: '127.0.0.1',
  port: mailbox.port,
  security: securityOf('127.0.0.1', mailbox.port),
  user: 'me@qq.com',
  password: '',
  to: to === '' ? [] : [to],
});
/** As after a start: what a process knew by heart is gone. */
function open(): void {
  send = createMailSender(
    () => ({ dataFolder: folder, mail: account() }),
    orThrow,
    createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
  );
}
const put = (id: string, user = 'alice') =>
  createOutbox(folder).put({ id, user, subject: id, text: id, html: `<p>${id}</p>` });
const subjects = (): string[] => mailbox.mails.map(({ subject }) => subject);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-mail-'));
  mailbox = await startMailbox();
  [to, lines] = ['you@qq.com', []];
  open();
});
afterEach(async () => {
  await mailbox.close();
});

it('sends text and HTML with an encoded subject, a stable id and a list of its own', async () => {
  const reportMail = {
    id: 'report-2026-11-23-a',
    user: 'default',
    subject: '流量日报 - 2026-11-23',
    text: '正文\n',
    html: '<p>正文</p>',
  };
  expect(await sendMail(reportMail, account())).toEqual({ sent: true, refused: [] });
  const [mail] = mailbox.mails;
  expect(mail).toMatchObject({
    subject: reportMail.subject,
    text: reportMail.text,
    messageId: '<report-2026-11-23-a@flowcollect.local>',
  });
  expect(mail?.html).toContain('<p>正文</p>');
  expect(mail?.raw).toMatch(/^Subject: =\?UTF-8\?/im);
  expect(mail?.raw).toMatch(/^List-ID: .*<reports\.flowcollect\.local>/im);
  expect(mail?.raw).toMatch(/^From: FlowCollect <me@qq\.com>/im);
});

it('lets no mail that is refused for what it holds keep the later ones of its user', async () => {
  await put('report-1');
  mailbox.refuse({ code: 554, message: 'spam', holding: 'report-1' });
  expect((await send(0)).taken).toEqual([]);
  await put('report-2');
  await put('report-3');
  expect((await send(1)).taken).toEqual(['alice', 'alice']);
  expect(subjects()).toEqual(['report-2', 'report-3']);
});

it('tries such a mail again ever more seldom, whatever else is taken meanwhile', async () => {
  await put('report-1');
  mailbox.refuse({ code: 554, message: 'spam', holding: 'report-1' });
  await send(0);
  await put('report-2');
  await send(HOUR / 2);
  mailbox.refuse(undefined);
  await send(HOUR / 2 + 1);
  expect(subjects()).toEqual(['report-2']);
  await send(HOUR);
  expect(subjects()).toEqual(['report-2', 'report-1']);
});

it('asks a server that takes nothing for no second mail, and sends all in order when it does', async () => {
  await put('report-1');
  await put('report-2', 'bob');
  mailbox.refuse({ code: 421, message: 'later' });
  expect((await send(0)).taken).toEqual([]);
  mailbox.refuse(undefined);
  expect((await send(0, true)).taken).toEqual(['alice', 'bob']);
});

it('waits an hour where a server limits how often, and says until when', async () => {
  await put('report-1');
  mailbox.refuse({ code: 550, message: 'Connection frequency limited' });
  await send(0);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'limited', next: new Date(HOUR).toISOString() });
  mailbox.refuse(undefined);
  expect((await send(HOUR - 1)).taken).toEqual([]);
  expect((await send(HOUR)).taken).toEqual(['alice']);
});

it.each([
  { code: 550, message: 'no such user', kind: 'recipient' },
  { code: 554, message: 'spam', kind: 'refused' },
])(
  'gives up a mail that is refused permanently ($code), says so once, and sends it by other settings',
  async (refusal) => {
    await put('report-1');
    mailbox.refuse(refusal);
    // Each hour, also with the report of the day, which does not ask sooner for what was refused.
    for (let hour = 0; hour <= 48; hour += 1) await send(hour * HOUR, hour % 24 === 0);
    const said = lines.map((line) => JSON.parse(line)).filter(({ mail }) => mail === 'report-1');
    expect(said.map(({ msg }) => msg.split(';')[0])).toEqual(['report refused', 'report given up']);
    expect(said[1]).toMatchObject({
      user: 'alice',
      kind: refusal.kind,
      problem: expect.stringContaining(refusal.message),
    });

    open();
    mailbox.refuse(undefined);
    await put('report-2');
    expect(await send(100 * HOUR)).toMatchObject({ taken: ['alice'], givenUp: new Map([['alice', 1]]) });
    to = 'other@qq.com';
    expect(await send(101 * HOUR)).toMatchObject({ taken: ['alice'], givenUp: new Map() });
    expect(subjects()).toEqual(['report-2', 'report-1']);
  },
);

it('reports a mail that is given up also while the server takes nothing of others', async () => {
  await put('report-2');
  mailbox.refuse({ code: 550, message: 'no such user' });
  for (const hour of [0, 1, 7]) await send(hour * HOUR);
  expect((await send(31 * HOUR)).givenUp).toEqual(new Map([['alice', 1]]));
  await put('report-1', 'bob');
  mailbox.refuse({ code: 421, message: 'later' });
  expect((await send(32 * HOUR)).givenUp).toEqual(new Map([['alice', 1]]));
});

it('misses nothing of who gets no mail any more', async () => {
  await put(reportMailOf(exampleModel([], { at: HOUR }), 'zh').id);
  mailbox.refuse({ code: 421, message: 'later' });
  expect((await send(0)).waiting.size).toBe(1);
  to = '';
  expect((await send(0)).waiting.size).toBe(0);
});

it('tells since when the oldest mail of each user waits', async () => {
  const idOf = (at: number): string => reportMailOf(exampleModel([], { at }), 'zh').id;
  await put(idOf(HOUR));
  await put(idOf(2 * HOUR));
  await put(idOf(3 * HOUR), 'bob');
  mailbox.refuse({ code: 421, message: 'later' });
  expect((await send(0)).waiting).toEqual(
    new Map([
      ['alice', HOUR],
      ['bob', 3 * HOUR],
    ]),
  );
  mailbox.refuse(undefined);
  expect((await send(HOUR)).waiting).toEqual(new Map());
});
