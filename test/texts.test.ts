import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BUNDLE_OF_COMMAND } from '../cli/commands.ts';
import type { Messages, Text } from '../core/language.ts';
import { PROBLEM_TEXTS } from '../gateway/admin/texts.ts';
import { COMMANDS } from '../runtime/texts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const NOT_SHIPPED = ['node_modules', 'dist', '.cache', '.git', 'test', 'bench'];

const files = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !NOT_SHIPPED.includes(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' }).map((path) => join(entry.name, path))
      : [entry.name],
  );
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = files.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));

const TABLE = /^export const (\w+) = \{(?:(?!^\})[\s\S])*^\} as const satisfies Messages;/gm;
const tables = sources.flatMap((path) => [...textOf(path).matchAll(TABLE)].map(([, name = '']) => ({ path, name })));

/** What no text holds by itself; given where a text takes a number, a word, or another text in both languages. */
const MARKS = ['⟪1⟫', '⟪2⟫', '⟪3⟫', '⟪4⟫'];
const parameter = (mark: string): unknown => Object.assign(Object(mark), { zh: mark, en: mark });

/** Every message is Chinese and English, and both hold all its parameters. */
function expectBothLanguages(messages: Messages): void {
  for (const [name, message] of Object.entries(messages)) {
    const marks = typeof message === 'function' ? MARKS.slice(0, message.length) : [];
    const said =
      typeof message === 'function' ? (message as (...given: unknown[]) => Text)(...marks.map(parameter)) : message;
    const { zh, en } = said;
    if (typeof zh !== 'string' || typeof en !== 'string') {
      expectBothLanguages(said as Messages);
      continue;
    }
    expect(zh, name).toMatch(/[\p{Script=Han}、。，：]/u);
    expect(en, name).toMatch(/[a-z,:]/i);
    expect(en, name).not.toMatch(/\p{Script=Han}/u);
    for (const mark of marks) {
      expect(zh, name).toContain(mark);
      expect(en, name).toContain(mark);
    }
  }
}

describe('texts', () => {
  it('are found in every part', () => {
    const parts = new Set(tables.map(({ path }) => path.split(/[\\/]/)[0]));
    expect([...parts].sort()).toEqual([
      'auditor',
      'cli',
      'core',
      'exporter',
      'gateway',
      'render',
      'runtime',
      'setup',
      'stack',
    ]);
  });

  // How the report says what was found has texts that are Chinese or English by their parameters alone; its tests read them.
  it.each(tables.filter(({ name }) => !name.endsWith('FINDINGS')))(
    'of $path ($name) are in both languages',
    async ({ path, name }) => {
      const module = (await import(pathToFileURL(join(root, path)).href)) as Record<string, Messages>;
      expectBothLanguages(module[name] ?? {});
    },
  );

  it('say of every command what it is for', () => {
    // The list of all answers for itself.
    expect(Object.keys(COMMANDS).sort()).toEqual([...BUNDLE_OF_COMMAND.keys(), 'completion'].sort());
  });

  it('say in Chinese why a device was not rebased or retired', () => {
    for (const text of Object.values(PROBLEM_TEXTS)) expect(text).toMatch(/\p{Script=Han}/u);
  });
});
