import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { expect, it } from 'vitest';

it('gives this file a folder of its own for what is temporary, outside of what other files left', async () => {
  await access(tmpdir());
  expect(basename(tmpdir())).toMatch(/^fc-/);
  expect(basename(dirname(tmpdir()))).not.toMatch(/^fc-/);
});
