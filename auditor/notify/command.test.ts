import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorText, type Language } from '../../core/language.ts';
import { type Mailbox, startMailbox } from '../../test/mailbox.ts';
import { openAuditorConfig } from '../config.ts';
import { mailCommand } from './command.ts';

let folder: string;
let mailbox: Mailbox;
let printed: string;

beforeEach(async () => {
  [folder, mailbox, printed] = [await mkdtemp(join(tmpdir(), 'flowcollect-mail-')), await startMailbox(), ''];
});
afterEach(async () => {
  await mailbox.close();
});

async function testMail(language: Language, ...keys: string[]): Promise<void> {
  const path = join(folder, 'ServerSetting.ini');
  await writeFile(path, ['[smtp]', 'SMTPHost = 127.0.0.1', `SMTPPort = ${mailbox.port}`, ...keys].join('\n'));
  const command = mailCommand(
    (text) => {
      printed += text;
    },
    language,
    openAuditorConfig,
  );
  await command.parseAsync(['test', '--config', path], { from: 'user' });
}
const account = ['EmailUser = me@qq.com', 'EmailPass = hunter2', 'EmailTo = you@qq.com'];

it('sends a mail and says who took it', async () => {
  await testMail('zh', ...account);
  expect(mailbox.mails).toMatchObject([{ subject: 'FlowCollect 测试邮件' }]);
  expect(printed).toContain(`127.0.0.1:${mailbox.port} 已接收测试邮件`);
});

it.each([
  ['zh', 'EmailPass 要填 EmailUser 的授权码'],
  ['en', 'EmailPass must be the authorisation code'],
] as const)('explains why a mail was not taken, without the password (%s)', async (language, explanation) => {
  mailbox.refuse({ code: 535, message: 'hunter2 is wrong' });
  const failure = await testMail(language, ...account).catch((error) => errorText(error, language));
  expect(failure).toContain(explanation);
  expect(failure).not.toContain('hunter2');
});

it('names the keys that are missing', async () => {
  await expect(testMail('en')).rejects.toThrow('set EmailUser and EmailTo in [smtp]');
});
