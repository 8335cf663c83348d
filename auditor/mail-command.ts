import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { ArgumentError } from '../runtime/command-line.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { mailFor, readAuditorConfig } from './config.ts';
import { createMailer } from './report/mail.ts';
import { wordsOf } from './report/words.ts';

/** The server did not take the test mail; the message says why and what to mend. */
export class MailTestError extends Error {
  override readonly name = 'MailTestError';
}

/**
 * `flowcollect mail test`: sends a mail by the settings of `[smtp]` and explains what went wrong.
 *
 * @param print one text for standard output
 */
export function mailCommand(print: (text: string) => void): Command {
  const command = new Command('mail').description('check that reports can be mailed');
  command
    .command('test')
    .description('send a mail by the settings of [smtp], and explain what goes wrong')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .action(({ config }: { config: string }) => testMail(config, print));
  return command;
}

/** @throws SettingsError, ArgumentError, MailTestError */
async function testMail(path: string, print: (text: string) => void): Promise<void> {
  const text = await readSettingsText(path);
  const { settings } = readAuditorConfig(basename(path), text, dirname(resolve(path)));
  const mail = mailFor(settings, settings.user);
  if (mail === undefined) {
    throw new ArgumentError(`set EmailUser and EmailTo in [smtp] of ${basename(path)}`);
  }
  const { host, port, to } = mail;
  const { mailTest } = wordsOf(settings.language);
  const outcome = await createMailer(mail).send({
    id: `test-${Date.now().toString(36)}`,
    user: settings.user,
    subject: mailTest.subject,
    text: `${mailTest.body}\n`,
    html: `<p>${mailTest.body}</p>`,
  });
  if (!outcome.sent) throw new MailTestError(mailTest.failed(outcome.failure.text[settings.language]));
  if (outcome.refused.length > 0) {
    throw new MailTestError(mailTest.refused(`${host}:${port}`, outcome.refused.join(', ')));
  }
  print(`${mailTest.done(`${host}:${port}`, to.join(', '))}\n`);
}
