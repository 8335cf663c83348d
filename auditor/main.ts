import { Command } from 'commander';
import type { Translate } from '../core/language.ts';
import { runCommands, serviceSignals } from '../runtime/command-line.ts';
import { screenOutput } from '../runtime/screen.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { airportCommand } from './airport/command.ts';
import { auditCommand } from './audit/command.ts';
import { type ConfigOption, openAuditorConfig, readAuditorConfig, readAuditorFile } from './config.ts';
import { serverDoctorCommand } from './doctor/command.ts';
import { TEXTS } from './messages/texts.ts';
import { mailCommand } from './notify/command.ts';
import { runAuditorService } from './service.ts';
import { telegramCommand } from './telegram/command.ts';

/**
 * `flowcollect auditor`, `audit`, `doctor` of a VPS, `airport`, `mail` and `telegram`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const print = (text: string): void => {
    process.stdout.write(text);
  };
  return runCommands(argv, ['ServerSetting.ini'], (translate, language) => [
    auditorCommand(translate),
    auditCommand(print, screenOutput(process.stderr, process.env.TERM), language, openAuditorConfig),
    serverDoctorCommand(print, language, readAuditorConfig),
    airportCommand(print, language),
    mailCommand(print, language, readAuditorFile),
    telegramCommand(print, translate, openAuditorConfig),
  ]);
}

function auditorCommand(translate: Translate): Command {
  return new Command('auditor')
    .description(translate(COMMANDS.auditor))
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .action(async ({ config }: ConfigOption) => {
      await runAuditorService({ path: config, ...serviceSignals() });
    });
}
