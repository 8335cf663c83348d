import { Command } from 'commander';
import type { Translate } from '../../core/language.ts';
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
export function tokenCommand(
  print: (line: string) => void,
  explain: (line: string) => void,
  translate: Translate,
): Command {
  const owned = (command: Command): Command =>
    command
      .exitOverride()
      .option('--user <name>', translate(TEXTS.tokenUser))
      .option('--device <id>', translate(TEXTS.device))
      .option('--config <file>', translate(TEXTS.config), 'ServerSetting.ini');

  const add = owned(new Command('add').description(translate(TEXTS.addToken)))
    .option('--note <text>', translate(TEXTS.note))
    .action(async ({ config, user, device, note }: Owner & { note?: string }) => {
      print(await addToken(config, { user, deviceId: device }, note));
      explain(translate(TEXTS.tokenShownOnce));
    });
  const revoke = owned(new Command('revoke').description(translate(TEXTS.revokeToken))).action(
    async ({ config, user, device }: Owner) => {
      await revokeToken(config, device === undefined ? { user } : { deviceId: device });
      explain(translate(TEXTS.tokenRevoked));
    },
  );
  const list = new Command('list')
    .description(translate(TEXTS.listTokens))
    .option('--config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .exitOverride()
    .action(async ({ config }: Owner) => {
      for (const { user, deviceId = '*', hash, note } of await listTokens(config)) {
        print([user, deviceId, hash === undefined ? 'no token' : 'active', note].join('\t'));
      }
    });
  return new Command('token')
    .description(translate(TEXTS.tokens))
    .exitOverride()
    .addCommand(add)
    .addCommand(list)
    .addCommand(revoke);
}
