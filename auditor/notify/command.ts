import { basename } from 'node:path';
import { Command } from 'commander';
import { ArgumentError, type Language, textOf, translateTo, UserFacingError } from '../../core/language.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import type { ConfigOption, OpenConfig } from '../config.ts';
import { wordsOf } from '../messages/report.ts';
import { TEXTS } from '../messages/texts.ts';
import { mailFor, sendMail } from './mail-sender.ts';

/** The server did not take the test mail; the message says why and what to fix. */
class MailTestError extends UserFacingError {
  override readonly name = 'MailTestError';
}

/**
 * `flowcollect mail test`: sends a mail by the settings of `[smtp]` and explains what went wrong.
 *
 * @param print one text for standard output
 */
export function mailCommand(print: (text: string) => void, language: Language, openConfig: OpenConfig): Command {
  const translate = translateTo(language);
  const command = new Command('mail').description(translate(COMMANDS.mail));
  command
    .command('test')
    .description(translate(TEXTS.mailTest))
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .action(({ config }: ConfigOption) => testMail(config, openConfig, print, language));
  return command;
}

/** @throws SettingsError, ArgumentError, MailTestError */
async function testMail(
  path: string,
  openConfig: OpenConfig,
  print: (text: string) => void,
  language: Language,
): Promise<void> {
  const settings = await openConfig(path);
  const mail = mailFor(settings, settings.user);
  if (mail === undefined) {
    throw new ArgumentError(TEXTS.noMail(basename(path)));
  }
  const { host, port, to } = mail;
  const { mailTest } = wordsOf(language);
  const test = {
    id: `test-${Date.now().toString(36)}`,
    user: settings.user,
    subject: mailTest.subject,
    text: `${mailTest.body}\n`,
    html: `<p>${mailTest.body}</p>`,
  };
  const outcome = await sendMail(test, mail);
  if (!outcome.sent) {
    const { text } = outcome.failure;
    throw new MailTestError(textOf((each) => wordsOf(each).mailTest.failed(text[each])));
  }
  if (outcome.refused.length > 0) {
    const whom = outcome.refused.join(', ');
    throw new MailTestError(textOf((each) => wordsOf(each).mailTest.refused(`${host}:${port}`, whom)));
  }
  print(`${mailTest.done(`${host}:${port}`, to.join(', '))}\n`);
}
