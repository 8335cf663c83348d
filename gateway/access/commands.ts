import { Command } from 'commander';
import type { Text, Translate } from '../../core/language.ts';
import { COMMAND_TEXTS as TEXTS } from './texts.ts';
import type { TokenSection } from './token-sections.ts';
import { addReader, addToken, listTokens, revokeReader, revokeToken } from './token-store.ts';

/** Where a command writes, and in which language. */
export interface CommandOutput {
  /** What is asked for, to standard output. */
  print(line: string): void;
  /** What people should know besides, to standard error. */
  explain(line: string): void;
  readonly translate: Translate;
}

interface Listing {
  readonly json?: true;
}

interface TokenOptions {
  readonly config: string;
  readonly user?: string;
  readonly device?: string;
  readonly note?: string;
}

/** `gateway token add|list|revoke`. A running gateway follows the settings file by itself. */
export function tokenCommand({ print, explain, translate }: CommandOutput): Command {
  const owned = (name: string, description: Text): Command =>
    subcommand(name, description, translate)
      .option('--user <name>', translate(TEXTS.tokenUser))
      .option('--device <id>', translate(TEXTS.device));

  const add = owned('add', TEXTS.addToken)
    .option('--note <text>', translate(TEXTS.note))
    .action(async ({ config, user, device, note }: TokenOptions) => {
      const isOwners = (each: TokenSection): boolean =>
        device === undefined ? each.deviceId === undefined && each.user === user : each.deviceId === device;
      const replaces = (await listTokens(config)).some((each) => isOwners(each) && each.hash !== undefined);
      print(await addToken(config, { user, deviceId: device }, note));
      explain(translate(replaces ? TEXTS.tokenReplaces : TEXTS.tokenShownOnce));
    });
  const revoke = owned('revoke', TEXTS.revokeToken).action(async ({ config, user, device }: TokenOptions) => {
    await revokeToken(config, device === undefined ? { user } : { deviceId: device });
    explain(translate(TEXTS.tokenRevoked));
  });
  const list = subcommand('list', TEXTS.listTokens, translate)
    .option('--json', translate(TEXTS.json))
    .action(async ({ config, json }: TokenOptions & Listing) => {
      const tokens = await listTokens(config);
      if (json === true) {
        const shown = tokens.map(({ user, deviceId = null, hash, note }) => ({
          user,
          device: deviceId,
          active: hash !== undefined,
          note,
        }));
        return print(JSON.stringify(shown, undefined, 2));
      }
      for (const { user, deviceId = '*', hash, note } of tokens) {
        print([user, deviceId, hash === undefined ? 'no token' : 'active', note].join('\t'));
      }
    });
  return group('token', TEXTS.tokens, translate, [add, list, revoke]);
}

interface ReaderOptions {
  readonly config: string;
  readonly user: string;
}

/** `gateway reader add|list|revoke`. A running gateway follows the settings file by itself. */
export function readerCommand({ print, explain, translate }: CommandOutput): Command {
  const add = subcommand('add', TEXTS.addReader, translate)
    .requiredOption('--user <name>', translate(TEXTS.user))
    .action(async ({ config, user }: ReaderOptions) => {
      print(await addReader(config, user));
      explain(translate(TEXTS.readerShownOnce));
    });
  const revoke = subcommand('revoke', TEXTS.revokeReader, translate)
    .requiredOption('--user <name>', translate(TEXTS.user))
    .action(async ({ config, user }: ReaderOptions) => {
      await revokeReader(config, user);
      explain(translate(TEXTS.readerRevoked));
    });
  const list = subcommand('list', TEXTS.listReaders, translate)
    .option('--json', translate(TEXTS.json))
    .action(async ({ config, json }: ReaderOptions & Listing) => {
      const users = (await listTokens(config)).flatMap(({ user, readerHash }) =>
        readerHash === undefined ? [] : [user],
      );
      if (json === true) print(JSON.stringify(users));
      else for (const user of users) print(user);
    });
  return group('reader', TEXTS.readers, translate, [add, list, revoke]);
}

function subcommand(name: string, description: Text, translate: Translate): Command {
  return new Command(name)
    .description(translate(description))
    .exitOverride()
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini');
}

function group(name: string, description: Text, translate: Translate, commands: readonly Command[]): Command {
  const command = new Command(name).description(translate(description)).exitOverride();
  for (const each of commands) command.addCommand(each);
  return command;
}
