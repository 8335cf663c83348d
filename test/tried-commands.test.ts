import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (page: string): string => readFileSync(join(root, page), 'utf8');
const chinese = (page: string): string => page.replace(/\.md$/, '.zh-CN.md');
const pages = ['README.md'].concat(
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => /(?<!\.zh-CN)\.md$/.test(path) && path !== 'docs/tried.md'),
);

/** What a person copies from a page: the lines of its blocks of commands, without comments. */
function commandsOf(page: string): string[] {
  return [...read(page).matchAll(/^```(\w*)\n(.*?)^```/gms)]
    .filter(([, language = '']) => ['', 'sh', 'powershell'].includes(language))
    .flatMap(([, , block = '']) => block.split('\n'))
    .map((line) => line.replace(/(?:^|\s+)# .*/, '').trim())
    .filter((line) => line !== '');
}

/** By page, the commands that docs/tried.md tells of, with how each was seen and how long it took. */
function tried(): Map<string, readonly { command: string; seen: string; seconds: string }[]> {
  const sections = read('docs/tried.md').split(/^## /m).slice(1);
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

it('docs/tried.md tells of every command of every page how it was seen, and of no other', () => {
  const told = tried();
  const known = pages.filter((page) => commandsOf(page).length > 0);
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

it('pages in both languages have the same commands', () => {
  // What people are to write themselves is in their language.
  const plain = (page: string): string[] => commandsOf(page).map((line) => line.replaceAll(/(["']).*?\1/g, '…'));
  for (const page of pages.filter((each) => existsSync(join(root, chinese(each))))) {
    expect(plain(chinese(page)), page).toEqual(plain(page));
  }
});
