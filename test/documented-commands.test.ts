import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { BUNDLE_OF_COMMAND, dispatch, type Service } from '../cli/commands.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', 'README.zh-CN.md', 'SECURITY.md', 'CONTRIBUTING.md'].concat(
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
);

/** What follows FlowCollect's name in code, word by word: `flowcollect audit --now`, or a service of compose. */
const CALL = /(?:(?:^|[\s/])flowcollect(?:\.mjs|-[\w.-]+)?|docker compose run --rm \w+) (?=[a-z])([^|>;&]+)/g;

function calls(page: string): string[][] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n'));
  const spans = [...text.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
  return [...blocks, ...spans].flatMap((code) =>
    [...code.matchAll(CALL)]
      .map(([, rest = '']) => rest.trim().split(/\s+/))
      // Scripts of the system, such as /etc/init.d/flowcollect, have commands of their own.
      .filter(([command = '']) => BUNDLE_OF_COMMAND.has(command)),
  );
}

const helps = new Map<string, Promise<string>>();
function help(path: readonly string[]): Promise<string> {
  const key = path.join(' ');
  const known = helps.get(key) ?? printHelp(path);
  helps.set(key, known);
  return known;
}

async function printHelp(path: readonly string[]): Promise<string> {
  let printed = '';
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const argv = [...path, '--help', ...(path[0] === 'simulator' ? [] : ['--language', 'en'])];
  try {
    await dispatch(argv, (bundle) => import(`../${bundle}/main.ts`) as Promise<Service>, 'flowcollect');
  } finally {
    output.mockRestore();
  }
  return printed;
}

/** @returns what the command that is called does not have */
async function unknownWords(call: readonly string[]): Promise<string[]> {
  const path = call.slice(0, 1);
  for (const word of call.slice(1)) {
    const commands = (await help(path)).split('\nCommands:\n')[1] ?? '';
    if (!new RegExp(`^ {2}${word.replaceAll(/\W/g, '.')} `, 'm').test(commands)) break;
    path.push(word);
  }
  const text = await help(path);
  return call.filter(
    (word) => /^--[a-z]/.test(word) && !text.includes(`${word.split('=')[0]} `) && !text.includes(`${word},`),
  );
}

it('pages name only commands and options that there are', async () => {
  const wrong: string[] = [];
  let checked = 0;
  for (const page of pages) {
    for (const call of calls(page)) {
      checked += 1;
      const unknown = await unknownWords(call);
      if (unknown.length > 0) wrong.push(`${page}: flowcollect ${call.join(' ')}: ${unknown.join(' ')}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(100);
});
