import { Command } from 'commander';
import { addReader, listTokens, revokeReader } from './token-store.ts';

interface Owner {
  readonly config: string;
  readonly user: string;
}

/**
 * `gateway reader add|list|revoke`. A running gateway follows the settings file by itself.
 *
 * @param print what is asked for, to standard output
 * @param explain what people should know besides, to standard error
 */
export function readerCommand(print: (line: string) => void, explain: (line: string) => void): Command {
  const command = (name: string, description: string): Command =>
    new Command(name)
      .description(description)
      .exitOverride()
      .option('--config <file>', 'the settings file', 'ServerSetting.ini');

  const add = command('add', 'make the token with which a user’s Grafana reads, keep its hash, and print it once')
    .requiredOption('--user <name>', 'the user')
    .action(async ({ config, user }: Owner) => {
      print(await addReader(config, user));
      explain(
        '这是该用户数据源的密码，用户名即用户，仅显示这一次 / This is the password of the user’s data source, whose user name is the user; it is shown this once.',
      );
    });
  const revoke = command('revoke', 'let a user read no more, at once')
    .requiredOption('--user <name>', 'the user')
    .action(({ config, user }: Owner) => revokeReader(config, user));
  const list = command('list', 'who may read, one user a line').action(async ({ config }: Owner) => {
    for (const { user, readerHash } of await listTokens(config)) if (readerHash !== undefined) print(user);
  });
  return new Command('reader')
    .description('the tokens with which each user’s Grafana reads')
    .exitOverride()
    .addCommand(add)
    .addCommand(list)
    .addCommand(revoke);
}
