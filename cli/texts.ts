import type { Messages, Text } from '../core/language.ts';

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
  unknown: (command: string, call: string): Text => ({
    zh: `flowcollect: 没有命令“${command}”；${call} --help 列出所有命令`,
    en: `flowcollect: unknown command "${command}"; "${call} --help" lists them`,
  }),
} as const satisfies Messages;
