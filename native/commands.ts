import './prelude.ts';
import type { CommandGroup, CommandSpec } from '../core/command.ts';
import { type Language, type Text, type Translate, translateTo } from '../core/language.ts';
import { VERSION } from '../core/version.ts';
import { readExporterConfig } from '../exporter/config.ts';
import { doctorCommand } from '../exporter/doctor/command.ts';
import { recordCommand } from '../exporter/record/command.ts';
import { replayCommand } from '../exporter/replay/command.ts';
import {
  COMPLETION,
  type CommandTree,
  completionCases,
  completionScript,
  INSTALL,
  readShell,
  SHELLS,
} from '../runtime/completion.ts';
import { COMMANDS, TEXTS as COMMON } from '../runtime/texts.ts';
import { initCommand } from '../setup/init/command.ts';
import { firstLanguage } from '../setup/init/first-language.ts';
import { mihomoPlaces } from '../setup/init/kernels.ts';
import { serviceCommand } from '../setup/service/command.ts';
import { serviceManager } from '../setup/service/manager.ts';
import type { ServiceManager } from '../setup/service/service-plan.ts';
import { LANGUAGE_OPTION } from './arguments.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';
import { argv, EXPORTER, endingAt, execute, ownLanguage, print, terminal } from './program.ts';
import { nativeSetupHost } from './setup-host.ts';

const TEXTS = {
  usage: (version: string, commands: string): Text => ({
    zh: `flowcollect ${version}（设备版）\n\n用法: flowcollect <命令> [选项]\n\n${commands}\n\n“flowcollect <命令> --help” 显示命令的选项。`,
    en: `flowcollect ${version} (for devices)\n\nUsage: flowcollect <command> [options]\n\n${commands}\n\n"flowcollect <command> --help" shows a command's options.`,
  }),
};

/** All commands; `exporter` itself is run by another bundle (native/exporter.ts). */
function commandsIn(language: Language, manager: ServiceManager | undefined): readonly (CommandSpec | CommandGroup)[] {
  const { machine, called } = nativeSetupHost;
  const doctor = doctorCommand(readExporterConfig, print, nativeHost, language);
  const commands = [
    { ...EXPORTER, run: async () => {} },
    initCommand({
      host: nativeSetupHost,
      places: mihomoPlaces(machine),
      check: async (file) => (await execute([doctor], ['doctor', '--config', file], language)) === 0,
      language,
    }),
    doctor,
    serviceCommand({ host: nativeSetupHost, manager, services: ['exporter'], print, language }),
    replayCommand(print, nativeHost, translateTo(language), terminal(2)),
    recordCommand(
      (file, text) => readExporterConfig(file, text).settings,
      print,
      nativeHost,
      language,
      called,
      () => endingAt('SIGINT', 'SIGTERM', 'SIGHUP'),
    ),
  ];
  return [...commands, completionCommand(commands, translateTo(language))];
}

const completionCommand = (all: readonly (CommandSpec | CommandGroup)[], translate: Translate): CommandSpec => ({
  name: COMPLETION,
  description: COMMANDS.completion,
  argument: { name: '<shell>', description: COMMON.whichShell(SHELLS.join(' | ')) },
  options: [],
  async run([asked]) {
    const shell = readShell(asked);
    const names = [...all.map(({ name }) => name), COMPLETION];
    const cases = all.map((each) => completionCases(treeOf(each))).join('');
    print(`${translate(INSTALL[shell])}\n${completionScript(shell, names, cases)}`);
  },
});

const treeOf = (command: CommandSpec | CommandGroup): CommandTree =>
  'commands' in command
    ? { name: command.name, options: [], commands: command.commands.map(treeOf) }
    : { name: command.name, options: [...command.options, LANGUAGE_OPTION], commands: [] };

async function run(): Promise<number> {
  const [name] = argv;
  if (name === '--version' || name === '-V' || name === 'version') {
    print(VERSION);
    return 0;
  }
  const language = await ownLanguage(firstLanguage(argv, nativeSetupHost.machine.environment));
  const commands = commandsIn(language, await serviceManager(nativeSetupHost));
  const [, asked = '-'] = argv;
  if (name === 'help' && !asked.startsWith('-')) return execute(commands, [...argv.slice(1), '--help'], language);
  if (name !== undefined && !['--help', '-h', 'help'].includes(name)) return execute(commands, argv, language);
  const translate = translateTo(language);
  const rows = commands.map((each) => `  ${each.name.padEnd(10)}  ${translate(each.description)}`);
  print(translate(TEXTS.usage(VERSION, rows.join('\n'))));
  return name === undefined ? 2 : 0;
}

void run().then(go.exit);
