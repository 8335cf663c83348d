import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, it } from 'vitest';
import { buildSingleBundle, shippedBundles } from '../tools/release/single-executable.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Of Node's modules the one that Node 21 and later print a warning of when it is loaded. */
const DEPRECATED = /require\(["'](node:)?punycode["']\)|from ?["'](node:)?punycode["']/;

/** What makes libraries print addresses, also those with a password. */
const DEBUG = /env\.DEBUG\b/;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-bundles-'));
});

it.each([...shippedBundles().keys()])('loads in %s nothing that Node warns of at the start', async (name) => {
  expect(await readFile(join(root, 'dist', `${name}.mjs`), 'utf8')).not.toMatch(DEPRECATED);
});

it.each([...shippedBundles().keys()])('prints in %s nothing more where DEBUG is set', async (name) => {
  expect(await readFile(join(root, 'dist', `${name}.mjs`), 'utf8')).not.toMatch(DEBUG);
});

it.each(['exporter', 'commands'])(
  'asks in native/%s.js for no order of a language, which the engine there has not',
  async (name) => {
    expect(await readFile(join(root, 'native', `${name}.js`), 'utf8')).not.toMatch(/localeCompare/);
  },
);

it('begins under an older Node too, which lacks node:sea, so that it can say what it needs', async () => {
  expect(await readFile(join(root, 'dist', 'flowcollect.mjs'), 'utf8')).not.toMatch(/from ?["']node:sea["']/);
});

it('loads in the single executable nothing that Node warns of at the start', async () => {
  const path = join(folder, 'flowcollect.cjs');
  await buildSingleBundle(root, path);
  expect(await readFile(path, 'utf8')).not.toMatch(DEPRECATED);
});
