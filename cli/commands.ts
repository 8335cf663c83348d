import { errorText, type Language, type Messages, type Text, translate } from '../core/language.ts';
import { nearest } from '../core/nearest.ts';
import { VERSION } from '../core/version.ts';
import { COMPLETION, completionScript, INSTALL, readShell } from '../runtime/completion.ts';
import { consoleLanguage, settingsNamedBy } from '../runtime/console-language.ts';
import { settingsFile } from '../runtime/installed.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { COMMANDS } from '../runtime/texts.ts';

/** Which bundle answers a command; each bundle exports `run(argv)`, whose result is the exit code. */
export const BUNDLE_OF_COMMAND: ReadonlyMap<string, string> = new Map([
  ['exporter', 'exporter'],
  ['record', 'exporter'],
  ['replay', 'exporter'],
  ['doctor', 'exporter'],
  ['gateway', 'gateway'],
  ['auditor', 'auditor'],
  ['audit', 'auditor'],
  ['airport', 'auditor'],
  ['mail', 'auditor'],
  ['telegram', 'auditor'],
  ['init', 'setup'],
  ['pair', 'setup'],
  ['service', 'setup'],
  ['version', 'setup'],
  ['backup', 'setup'],
  ['restore', 'setup'],
  ['stack', 'stack'],
  ['simulator', 'simulator'],
  ['config', 'render'],
  ['users', 'render'],
]);

/** What a bundle exports. */
export interface Service {
  run(argv: readonly string[]): Promise<number>;
}

/**
 * Hands a command to the bundle that answers it.
 *
 * @param argv arguments without the program
 * @param load gives a bundle by name
 * @param called FlowCollect as it was called
 * @param node the version of Node
 * @returns exit code
 */
export async function dispatch(
  argv: readonly string[],
  load: (bundle: string) => Promise<Service>,
  called: string,
  node = process.versions.node,
): Promise<number> {
  if (isTooOld(node)) {
    const { zh, en } = TEXTS.oldNode(node);
    console.error(`${zh}\n${en}`);
    return 1;
  }
  const [command, ...rest] = argv;
  if (command === 'help' && rest[0] !== undefined && !rest[0].startsWith('-'))
    return dispatch([...rest, '--help'], load, called, node);
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    console.log(usage(await languageFor(argv)));
    return command === undefined ? 2 : 0;
  }
  // Without options it needs neither a bundle nor the network.
  if (command === '--version' || command === '-V' || (command === 'version' && argv.length === 1)) {
    console.log(VERSION);
    return 0;
  }
  if (command === COMPLETION) return complete(rest[0], load, await languageFor(argv));
  if (command === 'doctor') {
    let worst = 0;
    for (const bundle of await doctorsFor(argv)) worst = Math.max(worst, await (await load(bundle)).run(argv));
    return worst;
  }
  const bundle = BUNDLE_OF_COMMAND.get(command);
  if (bundle === undefined) {
    const near = nearest(command, [...BUNDLE_OF_COMMAND.keys()]);
    console.error(translate(TEXTS.unknown(command, near, called), await languageFor(argv)));
    return 2;
  }
  return (await load(bundle)).run(argv);
}

function isTooOld(node: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  return major < 20 || (major === 20 && minor < 19);
}

/** Prints the script that completes the commands of all bundles; the simulator's arguments are for developers. */
async function complete(
  asked: string | undefined,
  load: (bundle: string) => Promise<Service>,
  language: Language,
): Promise<number> {
  try {
    const [begin, end] = completionScript(readShell(asked), Object.keys(COMMANDS), '\0').split('\0');
    process.stdout.write(`${translate(INSTALL[readShell(asked)], language)}\n${begin}`);
    for (const bundle of new Set(BUNDLE_OF_COMMAND.values())) {
      // Its arguments are for developers.
      if (bundle !== 'simulator') await (await load(bundle)).run([COMPLETION]);
    }
    process.stdout.write(end ?? '');
    return 0;
  } catch (error) {
    console.error(errorText(error, language));
    return 2;
  }
}

/**
 * Which bundles look at what the settings are for: a device's, a VPS's, or both. Without `--config` the files count that
 * are there.
 */
async function doctorsFor(argv: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [bundle, file, section] of DOCTORS) {
    const path = settingsNamedBy(argv) ?? (await settingsFile(file));
    // The bundle says what is wrong with the file.
    const text = await readSettingsText(path).catch(() => '');
    if (new RegExp(`^\\s*\\[${section}\\]`, 'im').test(text)) found.push(bundle);
  }
  const isHelp = ['--help', '-h'].some((each) => argv.includes(each));
  return found.length === 0 ? ['exporter'] : found.slice(0, isHelp ? 1 : undefined);
}

const DOCTORS = [
  ['exporter', 'ClientSetting.ini', 'client'],
  ['auditor', 'ServerSetting.ini', 'server'],
] as const;

const languageFor = async (argv: readonly string[]) =>
  consoleLanguage(
    argv,
    [await settingsFile('ClientSetting.ini'), await settingsFile('ServerSetting.ini')],
    readSettingsText,
  );

function usage(language: Language): string {
  const commands = Object.entries(COMMANDS).map(([name, text]) => `  ${name.padEnd(10)}  ${translate(text, language)}`);
  return translate(TEXTS.usage(VERSION, commands.join('\n')), language);
}

/** What is said around the list of commands. */
export const TEXTS = {
  usage: (version: string, commands: string): Text => ({
    zh: `flowcollect ${version}

用法: flowcollect <命令> [选项]

命令:
${commands}

每个命令都有 --help；除 simulator（只有英文）外都有 --language zh|en。退出码：0 完成，1 失败，2 参数或设置有误。`,
    en: `flowcollect ${version}

Usage: flowcollect <command> [options]

Commands:
${commands}

Every command has --help and, except simulator (English alone), --language zh|en. Exit codes: 0 done, 1 failed, 2 bad arguments or settings.`,
  }),
  oldNode: (node: string): Text => ({
    zh: `FlowCollect 需要 Node 20.19 或更新的版本，这里是 ${node}（Debian 12 自带的是 18）。新版见 https://nodejs.org；也可以用不需要 Node 的可执行文件。`,
    en: `FlowCollect needs Node 20.19 or later, and this is ${node} (Debian 12 has 18). Get it at https://nodejs.org, or take the executable, which needs no Node.`,
  }),
  unknown: (command: string, near: string | undefined, call: string): Text => ({
    zh: `flowcollect: 没有命令“${command}”${near === undefined ? '' : `，是不是 ${near}？`}；${call} --help 列出所有命令`,
    en: `flowcollect: unknown command "${command}"${near === undefined ? '' : `, did you mean ${near}?`}; "${call} --help" lists them`,
  }),
} as const satisfies Messages;
