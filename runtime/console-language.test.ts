import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { consoleLanguage } from './console-language.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-language-'));
  await writeFile(join(folder, 'english.ini'), '[client]\nnot whole\nLanguage = en\n');
  await writeFile(join(folder, 'silent.ini'), '[client]\n');
});
afterEach(() => rm(folder, { recursive: true }));

const chosen = (argv: string, ...files: string[]) =>
  consoleLanguage(
    argv.split(' ').map((word) => word.replace('@', `${folder}/`)),
    files.map((file) => join(folder, file)),
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
