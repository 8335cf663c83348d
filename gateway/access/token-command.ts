import { Command } from 'commander';
import type { Say } from '../../core/language.ts';
import { TEXTS } from '../texts.ts';
import { addToken, listTokens, revokeToken } from './token-store.ts';

interface Owner {
  readonly config: string;
  readonly user?: string;
  readonly device?: string;
}

/**
 * `gateway token add|list|revoke`. A running gateway follows the settings file by itself.
 *
 * @param print what is asked for, to standard output
 * @param explain what people should know besides, to standard error
 */
export function tokenCommand(print: (line: string) => void, explain: (line: string) => void, say: Say): Command {
  const owned = (command: Command): Command =>
    command
      .exitOverride()
      .option('--user <name>', say(TEXTS.tokenUser))
      .option('--device <id>', say(TEXTS.device))
      .option('--config <file>', say(TEXTS.config), 'ServerSetting.ini');

  const add = owned(new Command('add').description(say(TEXTS.addToken)))
    .option('--note <text>', say(TEXTS.note))
    .action(async ({ config, user, device, note }: Owner & { note?: string }) => {
      print(await addToken(config, { user, deviceId: device }, note));
      explain(say(TEXTS.tokenShownOnce));
    });
  const revoke = owned(new Command('revoke').description(say(TEXTS.revokeToken))).action(
    async ({ config, user, device }: Owner) => {
      await revokeToken(config, device === undefined ? { user } : { deviceId: device });
      explain(say(TEXTS.tokenRevoked));
    },
  );
  const list = new Command('list')
    .description(say(TEXTS.listTokens))
    .option('--config <file>', say(TEXTS.config), 'ServerSetting.ini')
    .exitOverride()
    .action(async ({ config }: Owner) => {
      for (const { user, deviceId = '*', hash, note } of await listTokens(config)) {
        print([user, deviceId, hash === undefined ? 'no token' : 'active', note].join('\t'));
      }
    });
  return new Command('token')
    .description(say(TEXTS.tokens))
    .exitOverride()
    .addCommand(add)
    .addCommand(list)
    .addCommand(revoke);
}
