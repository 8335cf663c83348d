import './prelude.ts';
import type { CommandGroup, CommandSpec } from '../core/command.ts';
import { type Language, type Text, translateTo } from '../core/language.ts';
import { VERSION } from '../core/version.ts';
import { readExporterConfig } from '../exporter/config.ts';
import { doctorCommand } from '../exporter/doctor/command.ts';
import { recordCommand } from '../exporter/record/command.ts';
import { replayCommand } from '../exporter/replay/command.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { initCommand } from '../setup/init/command.ts';
import { firstLanguage } from '../setup/init/first-language.ts';
import { mihomoPlaces } from '../setup/init/kernels.ts';
import { serviceCommand } from '../setup/service/command.ts';
import { serviceManager } from '../setup/service/manager.ts';
import type { ServiceManager } from '../setup/service/service-plan.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';
import { argv, endingAt, execute, ownLanguage, print, terminal } from './program.ts';
import { nativeSetupHost } from './setup-host.ts';

const TEXTS = {
  usage: (version: string, commands: string): Text => ({
    zh: `flowcollect ${version}（设备版）\n\n用法: flowcollect <命令> [选项]\n\n${commands}\n\n“flowcollect <命令> --help” 显示命令的选项。`,
    en: `flowcollect ${version} (for devices)\n\nUsage: flowcollect <command> [options]\n\n${commands}\n\n"flowcollect <command> --help" shows a command's options.`,
  }),
};

/** All commands but `exporter`, which is another bundle (native/exporter.ts). */
function commandsIn(language: Language, manager: ServiceManager | undefined): readonly (CommandSpec | CommandGroup)[] {
  const { machine, called } = nativeSetupHost;
  const doctor = doctorCommand(readExporterConfig, print, nativeHost, language);
  return [
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
}

async function run(): Promise<number> {
  const [name] = argv;
  if (name === '--version' || name === 'version') {
    print(VERSION);
    return 0;
  }
  const language = await ownLanguage(firstLanguage(argv, nativeSetupHost.machine.environment));
  const commands = commandsIn(language, await serviceManager(nativeSetupHost));
  if (name !== undefined && !['--help', '-h', 'help'].includes(name)) return execute(commands, argv, language);
  const translate = translateTo(language);
  const all = [{ name: 'exporter', description: COMMANDS.exporter }, ...commands];
  const rows = all.map((each) => `  ${each.name.padEnd(9)}  ${translate(each.description)}`);
  print(translate(TEXTS.usage(VERSION, rows.join('\n'))));
  return name === undefined ? 2 : 0;
}

void run().then(go.exit);
