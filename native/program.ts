import type { CommandGroup, CommandSpec } from '../core/command.ts';
import { ArgumentError, errorText, type Language, type Text, translateTo } from '../core/language.ts';
import { nearest } from '../core/nearest.ts';
import { SettingsError } from '../core/settings.ts';
import { codesInWords } from '../runtime/code-words.ts';
import { consoleLanguage, settingsNamedBy } from '../runtime/console-language.ts';
import type { OnReload } from '../runtime/reload.ts';
import { type ScreenOutput, screenOutput } from '../runtime/screen.ts';
import { settingsPlace } from '../runtime/settings-place.ts';
import { COMMANDS, TEXTS as COMMON } from '../runtime/texts.ts';
import { helpOf, readArguments } from './arguments.ts';
import { go } from './go.ts';
import { nativeHost } from './host.ts';

const TEXTS = {
  unknown: (command: string, near: string | undefined): Text => ({
    zh: `flowcollect: 设备版没有命令“${command}”${near === undefined ? '' : `，是不是 ${near}？`}；flowcollect --help 列出所有命令`,
    en: `flowcollect: the file for devices has no command "${command}"${near === undefined ? '' : `, did you mean ${near}?`}; "flowcollect --help" lists them`,
  }),
};

export const [program = 'flowcollect', ...argv] = go.args;
export const print = (text: string): void => go.print(1, `${text}\n`);

/** `flowcollect exporter`, but for what it does. */
export const EXPORTER = {
  name: 'exporter',
  description: COMMANDS.exporter,
  options: [{ flags: '-c, --config <file>', description: COMMON.config, default: 'ClientSetting.ini' }],
} as const;

/** The terminal, pipe or file behind one of the standard streams. */
export function terminal(stream: 1 | 2): ScreenOutput {
  const output = {
    get isTTY() {
      return go.terminal(stream).isTerminal;
    },
    get columns() {
      return go.terminal(stream).columns;
    },
    get rows() {
      return go.terminal(stream).rows;
    },
    write: (text: string) => go.print(stream, text),
  };
  return screenOutput(output, go.environment('TERM'));
}

/** In which language this call speaks; `replay` reads no file that was not named. */
export async function ownLanguage(otherwise?: Language): Promise<Language> {
  const files = argv[0] === 'replay' ? [] : [await placeOf(EXPORTER.options[0].default)];
  return consoleLanguage(argv, files, (file) => nativeHost.files.readSettings(file), otherwise);
}

const placeOf = (name: string): Promise<string> =>
  settingsPlace(name, (path) =>
    go.mode(path).then(
      () => true,
      () => false,
    ),
  );

/** @returns the exit code: 0 done, 1 failed, 2 bad arguments or settings */
export async function execute(
  commands: readonly (CommandSpec | CommandGroup)[],
  [name = '', ...given]: readonly string[],
  language: Language,
): Promise<number> {
  const translate = translateTo(language);
  const say = (text: string): void => go.print(2, `${text}\n`);
  const [found, called, args] = find(commands, name, given);
  if (found === undefined) {
    const near = nearest(
      name,
      commands.map((each) => each.name),
    );
    say(translate(TEXTS.unknown(called, near)));
    return 2;
  }
  try {
    if ('commands' in found) {
      const asked = args.length > 0;
      (asked ? print : say)(helpOf(found, called, translate));
      return asked ? 0 : 2;
    }
    const { args: own, options, help } = readArguments(found, args);
    if (help) print(helpOf(found, called, translate));
    else await found.run(own, await withPlace(options, args));
    return 0;
  } catch (error) {
    say(`flowcollect ${name}: ${codesInWords(errorText(error, language), language)}`);
    return error instanceof SettingsError || error instanceof ArgumentError ? 2 : 1;
  }
}

/** With settings that nobody named from where they are. */
async function withPlace(options: { readonly config?: string }, args: readonly string[]): Promise<object> {
  const { config } = options;
  return config === undefined || settingsNamedBy(args) !== undefined
    ? options
    : { ...options, config: await placeOf(config) };
}

/** A command by its name, with the words that it is called by, and what is left for it; of several ones in one, itself. */
function find(
  commands: readonly (CommandSpec | CommandGroup)[],
  name: string,
  given: readonly string[],
): readonly [CommandSpec | CommandGroup | undefined, string, readonly string[]] {
  const found = commands.find((each) => each.name === name);
  const [word, ...rest] = given;
  if (found === undefined || !('commands' in found) || word === undefined || word.startsWith('-')) {
    return [found, name, given];
  }
  return [found.commands.find((each) => each.name === word), `${name} ${word}`, rest];
}

export function endingAt(...names: readonly string[]): AbortSignal {
  const ending = new AbortController();
  for (const name of names) go.onSignal(name, () => ending.abort());
  return ending.signal;
}

/** SIGHUP has a service without a terminal that could close read its settings again, as service managers expect. */
export function serviceSignals(): { readonly signal: AbortSignal; readonly onReload: OnReload } {
  const hasTerminal = [0, 1, 2].some((stream) => go.terminal(stream).isTerminal);
  if (hasTerminal) return { signal: endingAt('SIGINT', 'SIGTERM', 'SIGHUP'), onReload: () => () => {} };
  // The exporter follows its settings until it ends.
  const onReload: OnReload = (again) => {
    go.onSignal('SIGHUP', again);
    return () => {};
  };
  return { signal: endingAt('SIGINT', 'SIGTERM'), onReload };
}
