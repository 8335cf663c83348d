import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ArgumentError, type Language } from '../core/language.ts';
import { SettingsError } from '../core/settings.ts';
import { runCommands, serviceSignals } from './command-line.ts';
import { consoleLanguage } from './console-language.ts';
import { readSettingsText } from './settings-file.ts';

let said: string;
beforeEach(() => {
  said = '';
  const hear = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(hear);
  vi.spyOn(process.stdout, 'write').mockImplementation(hear);
});
afterEach(() => vi.restoreAllMocks());

const failing = (error: unknown) => (): Command[] => [
  new Command('work')
    .description('works')
    .option('--fast', 'in a hurry', false)
    .option('--times <number>', 'how often', '3')
    .argument('[what]', 'of what', 'all')
    .action(() => {
      throw error;
    }),
  new Command('parent').addCommand(
    new Command('child')
      .argument('<what>')
      .requiredOption('--name <name>')
      .action(() => {}),
  ),
  new Command('service').action(() => {}).addCommand(new Command('token').action(() => {})),
];
const run = (language: Language, error: unknown, ...argv: string[]) =>
  runCommands([...argv, '--language', language], [], failing(error));

it('ends with 0 when the command is done', async () => {
  expect(await runCommands(['work'], [], () => [new Command('work').action(() => {})])).toBe(0);
});

it.each([
  [
    'zh',
    [
      '用法: flowcollect work [选项]',
      '选项:',
      'how often（默认 "3"）',
      'of what（默认 "all"）',
      '显示帮助',
      '--language <zh|en>',
    ],
  ],
  [
    'en',
    ['Usage: flowcollect work [options]', 'Options:', 'how often (default: "3")', 'display help', '--language <zh|en>'],
  ],
] as const)('ends with 0 after its help, in %s', async (language, words) => {
  expect(await run(language, undefined, 'work', '--help')).toBe(0);
  for (const word of words) expect(said).toContain(word);
  expect(said).not.toContain('false');
});

it('lists the commands of a command', async () => {
  await run('zh', undefined, 'parent', '--help');
  expect(said).toMatch(/命令:\n {2}child/);
});

it.each([
  [['work', '--slow'], "error: unknown option '--slow'", '错误：没有选项 --slow'],
  [['work', '--fats'], '(Did you mean --fast?)', '（是不是 --fast？）'],
  [['work', 'a', 'b'], 'too many arguments', '错误：参数太多，应有 1 个，给了 2 个'],
  [['parent', 'child', '--name', 'x'], "missing required argument 'what'", '错误：缺少参数 what'],
  [['parent', 'child', 'x'], "required option '--name <name>' not specified", '错误：必须给出选项 --name <name>'],
  [['parent', 'chidl'], "unknown command 'chidl'", '错误：没有命令 chidl'],
  [['service', 'tokn'], "unknown command 'tokn'\n(Did you mean token?)", '错误：没有命令 tokn\n（是不是 token？）'],
])('ends with 2 on bad arguments: %j', async (argv, english, chinese) => {
  expect(await run('en', undefined, ...argv)).toBe(2);
  expect(said).toContain(english);
  said = '';
  expect(await run('zh', undefined, ...argv)).toBe(2);
  expect(said).toContain(chinese);
  expect(said).toMatch(/用法见 .+ (?:work|parent|parent child|service) --help\n$/);
  expect(said).not.toMatch(/error|Did you mean/);
});

it('says that an option has no value', async () => {
  expect(await runCommands(['work', '--times'], [], failing(undefined))).toBe(2);
  expect(said).toMatch(/^错误：选项 --times <number> 缺少取值\n用法见 .+ work --help\n$/);
});

it.each([
  [new Error('the disk is full'), 1, 'the disk is full', 'the disk is full'],
  [new SettingsError('a.ini', [{ problem: { zh: '为空', en: 'is empty' } }]), 2, 'a.ini: 为空', 'a.ini: is empty'],
  [new ArgumentError({ zh: '没有这个用户', en: 'no such user' }), 2, '没有这个用户', 'no such user'],
])('says what went wrong in the language that is set, and ends: %s', async (error, code, chinese, english) => {
  expect(await run('zh', error, 'work')).toBe(code);
  expect(await run('en', error, 'work')).toBe(code);
  expect(said).toBe(`flowcollect work: ${chinese}\nflowcollect work: ${english}\n`);
});

it('knows two languages', async () => {
  expect(await runCommands(['work', '--language', 'fr'], [], failing(undefined))).toBe(2);
  expect(said).toBe('flowcollect work: --language fr：须为 zh 或 en\n');
});

it('reads its settings again at SIGHUP where it has no terminal, and ends where it has one', () => {
  let reloads = 0;
  const [service, onTerminal] = [serviceSignals(false), serviceSignals(true)];
  for (const { onReload } of [service, onTerminal]) {
    onReload(() => {
      reloads += 1;
    });
  }
  process.emit('SIGHUP');
  expect([reloads, service.signal.aborted, onTerminal.signal.aborted]).toEqual([1, false, true]);
});

it('outlives whoever read its output, and, if it runs until it is ended, a full disk too', async () => {
  // As a process does that begins: tests that ran before have this one's signals and listeners.
  process.stdout.removeAllListeners('error');
  vi.resetModules();
  const { endingSignal, runCommands } = await import('./command-line.ts');
  await runCommands(['work'], [], () => [new Command('work').action(() => {})]);
  const emit = (code: string) => () => process.stdout.emit('error', Object.assign(new Error(code), { code }));
  expect(emit('EPIPE')).not.toThrow();
  expect(emit('ENOSPC')).toThrow('ENOSPC');
  endingSignal();
  expect(emit('ENOSPC')).not.toThrow();
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-language-'));
  await writeFile(join(folder, 'english.ini'), '[client]\nnot whole\nLanguage = en\n');
  await writeFile(join(folder, 'silent.ini'), '[client]\n');
});

const chosen = (argv: string, ...files: string[]) =>
  consoleLanguage(
    argv.split(' ').map((word) => word.replace('@', `${folder}/`)),
    files.map((file) => join(folder, file)),
    readSettingsText,
  );

it.each([
  ['exporter', [], 'zh'],
  ['exporter', ['english.ini'], 'en'],
  ['exporter', ['missing.ini', 'english.ini'], 'en'],
  ['exporter', ['silent.ini', 'english.ini'], 'zh'],
  ['exporter --config @english.ini', ['silent.ini'], 'en'],
  ['exporter --config=@english.ini', [], 'en'],
  ['exporter --config @missing.ini', ['english.ini'], 'zh'],
  ['exporter --language zh', ['english.ini'], 'zh'],
  ['exporter --language=en', [], 'en'],
  ['exporter --language fr', ['english.ini'], 'en'],
  ['exporter --language', [], 'zh'],
] as const)('%s with %j speaks %s', async (argv, files, language) => {
  expect(await chosen(argv, ...files)).toBe(language);
});
