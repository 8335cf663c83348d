import { basename } from 'node:path';
import { Command } from 'commander';
import { ArgumentError, type Text, type Translate } from '../../core/language.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import type { ConfigOption, OpenConfig } from '../config.ts';
import { TEXTS } from '../messages/texts.ts';
import { type Chat, createChats, makeBindingCode } from './chats.ts';

/**
 * `flowcollect telegram code|list|unbind`: binds a chat to a user by a one-time code, shows which are bound, and unbinds
 * them. A running auditor follows at once.
 *
 * @param print one text for standard output
 */
export function telegramCommand(print: (text: string) => void, translate: Translate, openConfig: OpenConfig): Command {
  const command = new Command('telegram').description(translate(COMMANDS.telegram));
  const add = (name: string, description: Text): Command =>
    command
      .command(name)
      .description(translate(description))
      .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini');
  const list = (chats: readonly Chat[], json: boolean): void => {
    const shown = chats.map(({ user, chat }) => ({ user, chat }));
    if (json) print(`${JSON.stringify(shown, undefined, 2)}\n`);
    else for (const { user, chat } of shown) print(`${user}\t${chat}\n`);
  };
  add('code', TEXTS.code)
    .option('--user <name>', translate(TEXTS.chatUser), 'default')
    .action(async ({ user, config: path }: ConfigOption & { user: string }) => {
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
  add('list', TEXTS.listChats)
    .option('--json', translate(TEXTS.json), false)
    .action(async ({ config: path, json }: ConfigOption & { json: boolean }) => {
      list(await createChats((await openConfig(path)).dataFolder).all(), json);
    });
  add('unbind', TEXTS.unbind)
    .option('--user <name>', translate(TEXTS.unbindUser))
    .option('--chat <number>', translate(TEXTS.unbindChat))
    .option('--json', translate(TEXTS.json), false)
    .action(
      async ({ user, chat, config: path, json }: ConfigOption & { user?: string; chat?: string; json: boolean }) => {
        if (user === undefined && chat === undefined) throw new ArgumentError(TEXTS.unbindWhom);
        const chats = createChats((await openConfig(path)).dataFolder);
        const gone = await chats.unbind(
          (each) => (user === undefined || each.user === user) && (chat === undefined || String(each.chat) === chat),
        );
        if (gone.length === 0) throw new ArgumentError(TEXTS.noChat);
        list(gone, json);
      },
    );
  return command;
}
