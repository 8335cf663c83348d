import { Command } from 'commander';
import type { Text, Translate } from '../../core/language.ts';
import { TEXTS } from '../texts.ts';
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
export function readerCommand(
  print: (line: string) => void,
  explain: (line: string) => void,
  translate: Translate,
): Command {
  const command = (name: string, description: Text): Command =>
    new Command(name)
      .description(translate(description))
      .exitOverride()
      .option('--config <file>', translate(TEXTS.config), 'ServerSetting.ini');

  const add = command('add', TEXTS.addReader)
    .requiredOption('--user <name>', translate(TEXTS.user))
    .action(async ({ config, user }: Owner) => {
      print(await addReader(config, user));
      explain(translate(TEXTS.readerShownOnce));
    });
  const revoke = command('revoke', TEXTS.revokeReader)
    .requiredOption('--user <name>', translate(TEXTS.user))
    .action(async ({ config, user }: Owner) => {
      await revokeReader(config, user);
      explain(translate(TEXTS.readerRevoked));
    });
  const list = command('list', TEXTS.listReaders).action(async ({ config }: Owner) => {
    for (const { user, readerHash } of await listTokens(config)) if (readerHash !== undefined) print(user);
  });
  return new Command('reader')
    .description(translate(TEXTS.readers))
    .exitOverride()
    .addCommand(add)
    .addCommand(list)
    .addCommand(revoke);
}
