import type { CommandGroup, CommandSpec, OptionSpec } from '../core/command.ts';
import { ArgumentError, type Text, type Translate } from '../core/language.ts';
import { padToWidth } from '../core/units.ts';
import { TEXTS as COMMON } from '../runtime/texts.ts';

/** What is said of arguments, as Commander says it (runtime/command-line.ts). */
const TEXTS = {
  unknownOption: (option: string): Text => ({ zh: `没有选项 ${option}`, en: `unknown option '${option}'` }),
  missingValue: (flags: string): Text => ({ zh: `选项 ${flags} 缺少取值`, en: `option '${flags}' argument missing` }),
  missingArgument: (name: string): Text => ({ zh: `缺少参数 ${name}`, en: `missing required argument '${name}'` }),
  tooMany: { zh: '参数太多', en: 'too many arguments' },
  usage: { zh: '用法', en: 'Usage' },
  options: { zh: '选项', en: 'Options' },
  oneOf: { zh: '<命令> [选项]', en: '<command> [options]' },
  withOptions: { zh: '[选项]', en: '[options]' },
} as const;

export const LANGUAGE_OPTION: OptionSpec = { flags: '--language <zh|en>', description: COMMON.languageOption };

/** What a command was given. */
interface Given {
  readonly args: readonly string[];
  readonly options: object;
  readonly help: boolean;
}

/**
 * Reads the arguments of a command.
 *
 * @param argv without the command's name
 * @throws ArgumentError
 */
export function readArguments({ argument, options }: CommandSpec, argv: readonly string[]): Given {
  const read = new Map<string, unknown>(options.map((each) => [nameOf(each), each.default]));
  const args: string[] = [];
  let help = false;
  for (let at = 0; at < argv.length; at += 1) {
    const text = argv[at] ?? '';
    if (text === '--') {
      args.push(...argv.slice(at + 1));
      break;
    }
    if (text === '-h' || text === '--help') help = true;
    else if (!text.startsWith('-')) args.push(text);
    else {
      const [, flag = '', given] = /^(-[^=]*)(?:=(.*))?$/s.exec(text) ?? [];
      const option = [...options, LANGUAGE_OPTION].find((each) => flagsOf(each).includes(flag));
      if (option === undefined) throw new ArgumentError(TEXTS.unknownOption(flag));
      if (!option.flags.includes('<')) {
        read.set(nameOf(option), true);
        continue;
      }
      if (given === undefined) at += 1;
      const value = given ?? argv[at];
      if (value === undefined) throw new ArgumentError(TEXTS.missingValue(option.flags));
      read.set(nameOf(option), option.read === undefined ? value : option.read(value));
    }
  }
  if (!help && argument?.name.startsWith('<') && args.length === 0)
    throw new ArgumentError(TEXTS.missingArgument(argument.name));
  if (args.length > 1 && argument?.name.includes('...') !== true) throw new ArgumentError(TEXTS.tooMany);
  if (args.length > 0 && argument === undefined) throw new ArgumentError(TEXTS.tooMany);
  return { args, options: Object.fromEntries(read), help };
}

/** `--from-zero` is `fromZero`. */
const nameOf = (option: OptionSpec): string =>
  (flagsOf(option).at(-1) ?? '').replace(/^--/, '').replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** `-c, --config <file>` is `-c` and `--config`. */
const flagsOf = ({ flags }: OptionSpec): string[] => flags.replace(/ <.*$/, '').split(', ');

/** What `--help` prints. @param called the command with those above it, such as `service install` */
export function helpOf(spec: CommandSpec | CommandGroup, called: string, translate: Translate): string {
  const table = (rows: readonly (readonly [string, Text])[]): string[] => {
    const width = Math.max(...rows.map(([left]) => left.length));
    return rows.map(([left, text]) => `  ${padToWidth(left, width)}  ${translate(text)}`);
  };
  const usage = `${translate(TEXTS.usage)}: flowcollect ${called}`;
  const about = `\n${translate(spec.description)}`;
  if ('commands' in spec) {
    const rows = spec.commands.map(({ name, description }) => [name, description] as const);
    return [`${usage} ${translate(TEXTS.oneOf)}`, about, '', ...table(rows)].join('\n');
  }
  const { argument, options } = spec;
  const rows = [...options, LANGUAGE_OPTION].map(({ flags, description }) => [flags, description] as const);
  return [
    `${usage} ${translate(TEXTS.withOptions)}${argument === undefined ? '' : ` ${argument.name}`}`,
    about,
    ...(argument === undefined ? [] : [`\n  ${argument.name}  ${translate(argument.description)}`]),
    `\n${translate(TEXTS.options)}:`,
    ...table(rows),
  ].join('\n');
}
