import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { ArgumentError } from '../runtime/command-line.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { readAuditorConfig } from './config.ts';
import { makeBindingCode } from './telegram/binding-codes.ts';

/**
 * `flowcollect telegram code`: a one-time code that binds a chat to a user.
 *
 * @param print one text for standard output
 */
export function telegramCommand(print: (text: string) => void): Command {
  const command = new Command('telegram').description('who may ask the Telegram bot');
  command
    .command('code')
    .description('make a one-time code; the chat that sends it to the bot within 15 minutes sees that user')
    .option('--user <name>', 'whose figures the chat may see', 'default')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .action(async ({ user, config: path }: { user: string; config: string }) => {
      const text = await readSettingsText(path);
      const { settings } = readAuditorConfig(basename(path), text, dirname(resolve(path)));
      if (settings.telegram === undefined) {
        throw new ArgumentError(`there is no bot: set BotToken in [telegram] of ${basename(path)}`);
      }
      const { users = [] } = settings;
      if (!users.includes(user)) {
        throw new ArgumentError(`there is no user ${user}; there are: ${users.join(', ')}`);
      }
      print(`${await makeBindingCode(settings.dataFolder, user, Date.now())}\n`);
    });
  return command;
}
