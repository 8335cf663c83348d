import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const chinese = (page: string): string => page.replace(/\.md$/, '.zh-CN.md');
const TRIED = 'docs/tried.md';
const pages = ['README.md'].concat(
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => /(?<!\.zh-CN)\.md$/.test(path) && path !== TRIED),
);

/** What a person copies from a page: the lines of its blocks of commands, without comments. */
function commandsOf(page: string): string[] {
  return [...read(page).matchAll(/^```(\w*)\n(.*?)^```/gms)]
    .filter(([, language = '']) => ['', 'sh', 'powershell'].includes(language))
    .flatMap(([, , block = '']) => block.split('\n'))
    .map((line) => line.replace(/(?:^|\s+)# .*/, '').trim())
    .filter((line) => line !== '');
}

/** By page, the commands that docs/tried.md, or its Chinese, tells of, with how each was seen and how long it took. */
function tried(list = TRIED): Map<string, readonly { command: string; seen: string; seconds: string }[]> {
  const sections = read(list).split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => {
      const rows = [...section.matchAll(/^\| `(.*?)` \| (.*?) \| (.*?) \|$/gm)];
      return [
        section.split('\n', 1)[0] ?? '',
        rows.map(([, command = '', seen = '', seconds = '']) => ({
          command: command.replaceAll('\\|', '|'),
          seen,
          seconds,
        })),
      ];
    }),
  );
}

it.each([
  [TRIED, (page: string) => page],
  [chinese(TRIED), (page: string) => (existsSync(join(root, chinese(page))) ? chinese(page) : page)],
])('%s tells of every command of every page how it was seen, and of no other', (list, inLanguage) => {
  const told = tried(list);
  const known = pages.filter((page) => commandsOf(page).length > 0).map(inLanguage);
  expect([...told.keys()].sort()).toEqual([...known].sort());
  for (const page of known) {
    const commands = (told.get(page) ?? []).map(({ command }) => command);
    expect(commands, page).toEqual([...new Set(commandsOf(page))]);
  }
});

it('what no test runs has its time there, or a reason why it was not tried', () => {
  for (const [page, rows] of tried()) {
    for (const { command, seen, seconds } of rows) {
      if (!/\.test\.ts`/.test(seen) && !/^not /.test(seen)) expect(seconds, `${page}: ${command}`).toMatch(/^\d/);
    }
  }
});

it('both languages tell the same of each command: what ran it, whether it was tried, and the figures', () => {
  const facts = (list: string) =>
    [...tried(list).values()].flat().map(({ seen, seconds }) => ({
      ran: seen.match(/`.*?`/g),
      wasNotTried: /^(?:not |没有)/.test(seen),
      figures: seconds.match(/\d(?:[\d.,]*\d)?/g),
    }));
  expect(facts(chinese(TRIED))).toEqual(facts(TRIED));
});

it('pages in both languages have the same commands', () => {
  // What people are to write themselves is in their language.
  const plain = (page: string): string[] => commandsOf(page).map((line) => line.replaceAll(/(["']).*?\1/g, '…'));
  for (const page of pages.filter((each) => existsSync(join(root, chinese(each))))) {
    expect(plain(chinese(page)), page).toEqual(plain(page));
  }
});
