import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { licencesOf, packageFolders } from './licences.ts';

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
