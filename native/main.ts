import './prelude.ts';
import type { CommandSpec } from '../core/command.ts';
import { ArgumentError, errorText, type Language, type Text, translateTo } from '../core/language.ts';
import { SettingsError } from '../core/settings.ts';
import { shellWord } from '../core/shell-word.ts';
import { VERSION } from '../core/version.ts';
import { readExporterConfig } from '../exporter/config.ts';
import { doctorCommand } from '../exporter/doctor/command.ts';
import { recordCommand } from '../exporter/record/command.ts';
import { replayCommand } from '../exporter/replay/command.ts';
import { runExporterService } from '../exporter/service.ts';
import { consoleLanguage } from '../runtime/console-language.ts';
import type { OnReload } from '../runtime/reload.ts';
import { screenOutput } from '../runtime/screen.ts';
import { COMMANDS, TEXTS as COMMON } from '../runtime/texts.ts';
import { helpOf, readArguments } from './arguments.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';

const TEXTS = {
  usage: (version: string, commands: string): Text => ({
    zh: `flowcollect ${version}（设备版）\n\n用法: flowcollect <命令> [选项]\n\n${commands}\n\n“flowcollect <命令> --help” 显示命令的选项。`,
    en: `flowcollect ${version} (for devices)\n\nUsage: flowcollect <command> [options]\n\n${commands}\n\n"flowcollect <command> --help" shows a command's options.`,
  }),
  unknown: (command: string): Text => ({
    zh: `flowcollect: 设备版没有命令“${command}”；flowcollect --help 列出所有命令`,
    en: `flowcollect: the file for devices has no command "${command}"; "flowcollect --help" lists them`,
  }),
};

const [program = 'flowcollect', ...argv] = go.args;
const print = (text: string): void => go.print(1, `${text}\n`);

function endingAt(...names: readonly string[]): AbortSignal {
  const ending = new AbortController();
  for (const name of names) go.onSignal(name, () => ending.abort());
  return ending.signal;
}

/** SIGHUP has a service without a terminal that could close read its settings again, as service managers expect. */
function serviceSignals(): { readonly signal: AbortSignal; readonly onReload: OnReload } {
  const hasTerminal = [0, 1, 2].some((stream) => go.terminal(stream).isTerminal);
  if (hasTerminal) return { signal: endingAt('SIGINT', 'SIGTERM', 'SIGHUP'), onReload: () => {} };
  return { signal: endingAt('SIGINT', 'SIGTERM'), onReload: (again) => go.onSignal('SIGHUP', again) };
}

const output = {
  get isTTY() {
    return go.terminal(1).isTerminal;
  },
  get columns() {
    return go.terminal(1).columns;
  },
  get rows() {
    return go.terminal(1).rows;
  },
  write: (text: string) => go.print(1, text),
};

const commandsIn = (language: Language): readonly CommandSpec[] => [
  {
    name: 'exporter',
    description: COMMANDS.exporter,
    options: [{ flags: '--config <file>', description: COMMON.config, default: 'ClientSetting.ini' }],
    run: (_, { config }: { config: string }) =>
      runExporterService({
        host: nativeHost,
        path: config,
        output: screenOutput(output, go.environment('TERM')),
        errors: { write: (text) => go.print(2, text) },
        ...serviceSignals(),
      }),
  },
  replayCommand(print, nativeHost, translateTo(language)),
  recordCommand(
    (file, text) => readExporterConfig(file, text).settings,
    print,
    nativeHost,
    language,
    shellWord(program),
    () => endingAt('SIGINT', 'SIGTERM', 'SIGHUP'),
  ),
  doctorCommand(readExporterConfig, print, nativeHost, language),
];

/** @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings */
async function run(): Promise<number> {
  const [name, ...given] = argv;
  if (name === '--version' || name === 'version') {
    print(VERSION);
    return 0;
  }
  // `replay` reads no file that was not named.
  const language = await consoleLanguage(argv, name === 'replay' ? [] : ['ClientSetting.ini'], (file) =>
    nativeHost.files.readSettings(file),
  );
  const translate = translateTo(language);
  const commands = commandsIn(language);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const rows = commands.map((each) => `  ${each.name.padEnd(9)}  ${translate(each.description)}`);
    print(translate(TEXTS.usage(VERSION, rows.join('\n'))));
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    go.print(2, `${translate(TEXTS.unknown(name))}\n`);
    return 2;
  }
  try {
    const { args, options, help } = readArguments(command, given);
    if (help) print(helpOf(command, translate));
    else await command.run(args, options);
    return 0;
  } catch (error) {
    go.print(2, `flowcollect ${name}: ${errorText(error, language)}\n`);
    return error instanceof SettingsError || error instanceof ArgumentError ? 2 : 1;
  }
}

void run().then(go.exit);
