import { type Command, Help, type HelpConfiguration, Option } from 'commander';
import { displayWidth } from '../core/display-width.ts';
import { LANGUAGES, type Language, translateTo } from '../core/language.ts';
import { ArgumentError } from './argument-error.ts';
import { TEXTS } from './texts.ts';

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
export function translateCommand(language: Language, command: Command, called: string): void {
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
  if (language === 'zh') {
    command.configureOutput({ outputError: (text, write) => write(chineseMistake(text)) });
  }
  for (const nested of command.commands) translateCommand(language, nested, `${called} ${nested.name()}`);
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
