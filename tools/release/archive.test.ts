import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeChecksums } from './archive.ts';

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
