import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { type Mailbox, startMailbox } from '../../test/mailbox.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { createMailer } from './mail.ts';
import { createOutbox } from './outbox.ts';

const HOUR = 3_600_000;

let folder: string;
let mailbox: Mailbox;
let dispatch: Dispatch;
const put = (id: string, user = 'alice') =>
  createOutbox(folder).put({ id, user, subject: id, text: id, html: `<p>${id}</p>` });
const subjects = (): string[] => mailbox.mails.map(({ subject }) => subject);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-dispatch-'));
  mailbox = await startMailbox();
  const mail = { host: '127.0.0.1', port: mailbox.port, user: 'me@qq.com', password: '', to: ['you@qq.com'] };
  dispatch = createDispatch(
    () => createOutbox(folder),
    () => createMailer(mail),
    createLogger('auditor', 'silent'),
  );
});
afterEach(async () => {
  await mailbox.close();
  await rm(folder, { recursive: true, force: true });
});

it('lets no letter that is refused for what it holds keep the later ones of its user', async () => {
  await put('report-1');
  mailbox.refuse({ code: 554, message: 'spam', holding: 'report-1' });
  expect(await dispatch.flush(0)).toEqual([]);
  await put('report-2');
  await put('report-3');
  expect(await dispatch.flush(1)).toEqual(['alice', 'alice']);
  expect(subjects()).toEqual(['report-2', 'report-3']);
});

it('tries such a letter again ever more seldom, whatever else is taken meanwhile', async () => {
  await put('report-1');
  mailbox.refuse({ code: 554, message: 'spam', holding: 'report-1' });
  await dispatch.flush(0);
  await put('report-2');
  await dispatch.flush(HOUR / 2);
  mailbox.refuse(undefined);
  await dispatch.flush(HOUR / 2 + 1);
  expect(subjects()).toEqual(['report-2']);
  await dispatch.flush(HOUR);
  expect(subjects()).toEqual(['report-2', 'report-1']);
});

it('asks a server that takes nothing for no second letter, and sends all in order when it does', async () => {
  await put('report-1');
  await put('report-2', 'bob');
  mailbox.refuse({ code: 421, message: 'later' });
  expect(await dispatch.flush(0)).toEqual([]);
  mailbox.refuse(undefined);
  expect(await dispatch.flush(0, true)).toEqual(['alice', 'bob']);
});
