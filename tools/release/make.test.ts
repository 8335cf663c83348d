import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { licencesOf, packageFolders, writeChecksums } from './make.ts';

it('writes checksums as sha256sum does, and none of its own file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-checksums-'));
  try {
    await writeFile(join(folder, 'b'), '');
    await writeFile(join(folder, 'a'), 'abc');
    await writeChecksums(folder);
    await writeChecksums(folder);
    expect(await readFile(join(folder, 'SHA256SUMS'), 'utf8')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n' +
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n',
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('licences', () => {
  it('finds the packages behind bundled files, nested and scoped ones, each once', () => {
    expect(
      packageFolders([
        'exporter/main.ts',
        'node_modules/zod/index.js',
        'node_modules/zod/v4/core.js',
        'node_modules/@opentelemetry/api/build/index.js',
        'node_modules/express/node_modules/qs/lib/index.js',
      ]),
    ).toEqual(['node_modules/@opentelemetry/api', 'node_modules/express/node_modules/qs', 'node_modules/zod']);
  });

  it('gives the text of each', async () => {
    const text = await licencesOf(root, ['node_modules/zod/index.js', 'node_modules/ws/index.js']);
    expect(text).toMatch(/^ws \d+\.\d+\.\d+ \(MIT\)/);
    expect(text).toMatch(/\nzod \d+\.\d+\.\d+ \(MIT\)/);
    expect(text.match(/WITHOUT WARRANTY OF ANY KIND/g)).toHaveLength(2);
  });
});
