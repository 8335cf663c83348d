import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import type { Translate } from '../core/language.ts';
import { runCommands, serviceSignals } from '../runtime/command-line.ts';
import { serviceOf } from '../runtime/installed.ts';
import { ownCommand, ownInvocation } from '../runtime/own-program.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { readerCommand, tokenCommand } from './access/commands.ts';
import { COMMAND_TEXTS } from './access/texts.ts';
import { readTokenFile } from './access/token-store.ts';
import { adminCommands } from './admin/admin-command.ts';
import { readGatewayConfig, withTokens } from './config.ts';
import { runGatewayService } from './service.ts';

/**
 * `flowcollect gateway`, its `token add|list|revoke` and `reader add|list|revoke`, and its `rebase` and `retire` of a device.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  return runCommands(argv, ['ServerSetting.ini'], (translate) => [gatewayCommand(translate)]);
}

function gatewayCommand(translate: Translate): Command {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const explain = (line: string): void => void process.stderr.write(`${line}\n`);
  const output = { print, explain, translate };
  const gateway = new Command('gateway');
  const readConfig = async (path: string) =>
    withTokens(
      readGatewayConfig(basename(path), await readSettingsText(path), undefined, true).settings,
      await readTokenFile(path),
    );
  const admin = adminCommands(readConfig, process.env.FLOWCOLLECT_ADMIN_TOKEN, output);
  for (const each of [tokenCommand(output), readerCommand(output), ...admin]) {
    gateway.addCommand(
      each.hook('preAction', async (_, command) => void (await serviceOf('gateway', command.opts().config))),
    );
  }
  return gateway
    .description(translate(COMMANDS.gateway))
    .option('-c, --config <file>', translate(COMMAND_TEXTS.config), 'ServerSetting.ini')
    .action(async ({ config }: { config: string }) => {
      // Each push leaves its unpacked text behind, outside of the heap. On a busy machine V8 looked through the whole
      // heap each time that this came to a fifth of it: a tenth to a third of the processor time of a push.
      setFlagsFromString('--heap-growing-percent=100');
      const called = ownCommand(ownInvocation(process.env, process.argv[1]));
      await runGatewayService({ path: config, called, ...serviceSignals() });
    });
}
