import { Command } from 'commander';
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
export function tokenCommand(print: (line: string) => void, explain: (line: string) => void): Command {
  const owned = (command: Command): Command =>
    command
      .exitOverride()
      .option('--user <name>', 'the user; alone: for every device of that user')
      .option('--device <id>', 'the DeviceID')
      .option('--config <file>', 'the settings file', 'ServerSetting.ini');

  const add = owned(new Command('add').description('make a token, keep its hash, and print it once'))
    .option('--note <text>', 'a note beside it')
    .action(async ({ config, user, device, note }: Owner & { note?: string }) => {
      print(await addToken(config, { user, deviceId: device }, note));
      explain('这是 [client] RemoteToken，仅显示这一次 / This is [client] RemoteToken; it is shown this once.');
    });
  const revoke = owned(new Command('revoke').description('take a token away, at once')).action(
    async ({ config, user, device }: Owner) => {
      await revokeToken(config, device === undefined ? { user } : { deviceId: device });
    },
  );
  const list = new Command('list')
    .description('who may push, by tab-separated user, device, state and note')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .exitOverride()
    .action(async ({ config }: Owner) => {
      for (const { user, deviceId = '*', hash, note } of await listTokens(config)) {
        print([user, deviceId, hash === undefined ? 'no token' : 'active', note].join('\t'));
      }
    });
  return new Command('token')
    .description('the tokens that devices push with')
    .exitOverride()
    .addCommand(add)
    .addCommand(list)
    .addCommand(revoke);
}
