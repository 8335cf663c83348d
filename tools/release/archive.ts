import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/** Packs the folder `name`, which stands in `parent`, as `archive`. */
export async function packFolder(parent: string, name: string, archive: string): Promise<void> {
  await promisify(execFile)('tar', ['-czf', archive, '-C', parent, name]);
}

/** Writes SHA256SUMS of all other files of a folder, in the form that `sha256sum -c` reads. */
export async function writeChecksums(folder: string): Promise<void> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name === 'SHA256SUMS') continue;
    const digest = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), digest);
    lines.push(`${digest.digest('hex')}  ${name}\n`);
  }
  await writeFile(join(folder, 'SHA256SUMS'), lines.join(''));
}
