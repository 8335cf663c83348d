import { basename } from 'node:path';
import { Command } from 'commander';
import { ArgumentError, type Translate } from '../../core/language.ts';
import type { OpenConfig } from '../config.ts';
import { TEXTS } from '../messages/texts.ts';
import { makeBindingCode } from './chats.ts';

/**
 * `flowcollect telegram code`: a one-time code that binds a chat to a user.
 *
 * @param print one text for standard output
 */
export function telegramCommand(print: (text: string) => void, translate: Translate, openConfig: OpenConfig): Command {
  const command = new Command('telegram').description(translate(TEXTS.telegram));
  command
    .command('code')
    .description(translate(TEXTS.code))
    .option('--user <name>', translate(TEXTS.chatUser), 'default')
    .option('--config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .action(async ({ user, config: path }: { user: string; config: string }) => {
      const settings = await openConfig(path);
      if (settings.telegram === undefined) {
        throw new ArgumentError(TEXTS.noBot(basename(path)));
      }
      const { users = [] } = settings;
      if (!users.includes(user)) {
        throw new ArgumentError(TEXTS.noUser(user, users.join(', ')));
      }
      print(`${await makeBindingCode(settings.dataFolder, user, Date.now())}\n`);
    });
  return command;
}
