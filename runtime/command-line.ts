import { EventEmitter } from 'node:events';
import { isatty } from 'node:tty';
import { Command, CommanderError, Help, type HelpConfiguration, Option } from 'commander';
import type { CommandGroup, CommandSpec } from '../core/command.ts';
import { ArgumentError, errorText, LANGUAGES, type Language, type Translate, translateTo } from '../core/language.ts';
import { nearest } from '../core/nearest.ts';
import { SettingsError } from '../core/settings.ts';
import { displayWidth } from '../core/units.ts';
import { codesInWords } from './code-words.ts';
import { COMPLETION, type CommandTree, completionCases } from './completion.ts';
import { consoleLanguage } from './console-language.ts';
import { INSTALLATION, settingsFile } from './installed.ts';
import type { OnReload } from './reload.ts';
import { readSettingsText } from './settings-file.ts';
import { TEXTS } from './texts.ts';

/**
 * Runs the one of these commands that the arguments name, and says on standard error what went wrong, in the language
 * that is set.
 *
 * @param argv the command and its arguments
 * @param files settings files that the command reads by default, which may set the language
 * @param commandsIn the commands, speaking one language
 * @param otherwise the language where neither arguments nor files set one
 * @param installation where settings are that are not in this folder
 * @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings
 */
export async function runCommands(
  argv: readonly string[],
  files: readonly string[],
  commandsIn: (translate: Translate, language: Language) => readonly Command[],
  otherwise?: Language,
  installation = INSTALLATION,
): Promise<number> {
  const read = await Promise.all(files.map((name) => settingsFile(name, installation)));
  const language = await consoleLanguage(argv, read, readSettingsText, otherwise);
  // Options belong to the command they follow: `gateway token list --config …` is the list's.
  const program = new Command('flowcollect').enablePositionalOptions();
  for (const command of commandsIn(translateTo(language), language))
    program.addCommand(command.enablePositionalOptions());
  translateCommand(language, program, program.name());
  program.hook('preAction', async (_, command) => {
    if (command.getOptionValueSource('config') !== 'default') return;
    command.setOptionValue('config', await settingsFile(command.getOptionValue('config'), installation));
  });
  endInErrors(program);
  outliveReaders();
  if (argv[0] === COMPLETION) {
    process.stdout.write(program.commands.map((each) => completionCases(treeOf(each))).join(''));
    return 0;
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already said what was wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`flowcollect ${argv[0] ?? ''}: ${codesInWords(errorText(error, language), language)}\n`);
    return error instanceof SettingsError || error instanceof ArgumentError ? 2 : 1;
  }
}

function treeOf(command: Command): CommandTree {
  return { name: command.name(), options: command.options, commands: command.commands.map(treeOf) };
}

/** A command that is given as data, to be read by Commander. */
export function commandOf(spec: CommandSpec | CommandGroup, translate: Translate): Command {
  const command = new Command(spec.name).description(translate(spec.description));
  if ('commands' in spec) {
    for (const each of spec.commands) command.addCommand(commandOf(each, translate));
    return command;
  }
  const { argument, options, run } = spec;
  if (argument !== undefined) command.argument(argument.name, translate(argument.description));
  for (const each of options) {
    const option = new Option(each.flags, translate(each.description)).default(each.default, each.defaultShown);
    command.addOption(each.read === undefined ? option : option.argParser(each.read));
  }
  return command.action(() => run(command.args, command.opts()));
}

/**
 * Aborts when the process is asked to end: Ctrl-C, a service manager, or its terminal closing. Until then it goes on
 * without its output where that cannot be written, such as to a full disk.
 */
export function endingSignal(): AbortSignal {
  return endingAt('SIGINT', 'SIGTERM', 'SIGHUP');
}

/**
 * {@link endingSignal} for a service that follows its settings. Where it has no terminal that could close, SIGHUP has it
 * read them again, as service managers expect; Windows knows SIGHUP for the closing of the console alone.
 */
export function serviceSignals(
  hasTerminal = process.platform === 'win32' || [0, 1, 2].some((stream) => isatty(stream)),
): { readonly signal: AbortSignal; readonly onReload: OnReload } {
  if (hasTerminal) return { signal: endingSignal(), onReload: () => () => {} };
  const asked = new EventEmitter();
  process.on('SIGHUP', () => asked.emit('reload'));
  const followed: OnReload = (again) => {
    asked.on('reload', again);
    return () => asked.off('reload', again);
  };
  return { signal: endingAt('SIGINT', 'SIGTERM'), onReload: followed };
}

function endingAt(...signals: readonly NodeJS.Signals[]): AbortSignal {
  const ending = new AbortController();
  endsByItself = false;
  for (const signal of signals) process.on(signal, () => ending.abort());
  return ending.signal;
}

let endsByItself = true;

/** The reader of the output may end first, such as `| head` or a `| tee` that was ended. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners('error').includes(onFailedWrite)) stream.on('error', onFailedWrite);
  }
}

function onFailedWrite(error: NodeJS.ErrnoException): void {
  if (endsByItself && error.code !== 'EPIPE') throw error;
}

/** Commander ends the process by itself unless every command, nested ones too, is told to throw. */
function endInErrors(command: Command): void {
  command.exitOverride();
  for (const nested of command.commands) endInErrors(nested);
}

/** What Commander writes by itself, and the same in Chinese. */
const HEADINGS: ReadonlyMap<string, string> = new Map([
  ['Usage:', '用法:'],
  ['Arguments:', '参数:'],
  ['Options:', '选项:'],
  ['Commands:', '命令:'],
]);
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown option '(.+?)'/, '错误：没有选项 $1'],
  [/^error: unknown command '(.+?)'/, '错误：没有命令 $1'],
  [/^error: missing required argument '(.+?)'/, '错误：缺少参数 $1'],
  [/^error: option '(.+?)' argument missing/, '错误：选项 $1 缺少取值'],
  [/^error: required option '(.+?)' not specified/, '错误：必须给出选项 $1'],
  [/^error: option '(.+?)' cannot be used with option '(.+?)'/, '错误：选项 $1 与 $2 不能同时使用'],
  [
    /^error: too many arguments(?: for '.+?')?\. Expected (\d+) arguments? but got (\d+)\./,
    '错误：参数太多，应有 $1 个，给了 $2 个',
  ],
  [/\n\(Did you mean (?:one of )?(.+)\?\)/, '\n（是不是 $1？）'],
];

/**
 * Has a command and those below it speak one language, and take `--language`.
 *
 * @param called the command with those above it, such as `flowcollect gateway token`
 */
function translateCommand(language: Language, command: Command, called: string): void {
  const translate = translateTo(language);
  const inLanguage = language === 'zh' ? chineseDefault : (text: string): string => text;
  command.helpOption('-h, --help', translate(TEXTS.help));
  if (command.commands.length > 0) command.helpCommand('help [command]', translate(TEXTS.help));
  command.addOption(
    new Option('--language <zh|en>', translate(TEXTS.languageOption)).argParser((given) => {
      if (!LANGUAGES.some((each) => each === given)) throw new ArgumentError(TEXTS.wrongLanguage(given));
      return given;
    }),
  );
  command.showHelpAfterError(translate(TEXTS.seeHelp(`${called} --help`)));
  command.configureHelp({
    displayWidth,
    optionDescription: (option) => inLanguage(withoutEmptyDefault(new Help().optionDescription(option))),
    argumentDescription: (argument) => inLanguage(new Help().argumentDescription(argument)),
    ...(language === 'zh' ? CHINESE_HELP : {}),
  });
  command.configureOutput({
    outputError(text, write) {
      const mistake = mistypedCommand(command) ?? text;
      write(language === 'zh' ? chineseMistake(mistake) : mistake);
    },
  });
  for (const nested of command.commands) translateCommand(language, nested, `${called} ${nested.name()}`);
}

/** Of a command that runs by itself too, Commander takes a command that does not exist for an argument too many. */
function mistypedCommand(command: Command): string | undefined {
  const [given] = command.args;
  const names = command.commands.map((each) => each.name());
  if (given === undefined || names.length === 0 || command.registeredArguments.length > 0) return undefined;
  if (given.startsWith('-') || names.includes(given)) return undefined;
  const near = nearest(given, names);
  return `error: unknown command '${given}'${near === undefined ? '' : `\n(Did you mean ${near}?)`}\n`;
}

const CHINESE_HELP: HelpConfiguration = {
  styleTitle: (title) => HEADINGS.get(title) ?? title,
  styleUsage: (usage) => usage.replaceAll('[options]', '[选项]').replaceAll('[command]', '[命令]'),
};

/** An option that is off, or a list that is empty, is what everybody expects. */
function withoutEmptyDefault(description: string): string {
  return description.replace(/ ?\(default: (?:false|\[\])\)$/, '');
}

/** `…(default: "x")` as Chinese has it. */
function chineseDefault(description: string): string {
  return description.replace(/ ?\(default: (.+)\)$/, '（默认 $1）');
}

/** What is wrong with the arguments, as Commander says it, in Chinese. */
function chineseMistake(text: string): string {
  return MISTAKES.reduce((said, [english, chinese]) => said.replace(english, chinese), text);
}
