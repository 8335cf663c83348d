import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadDebianPackages } from '../stack/debian-packages.ts';
import { CACHE_FOLDER } from './cache-folder.ts';

const run = promisify(execFile);

/** The path of Debian's Caddy, unpacked into the cache without installing it. @throws DebianError */
export async function ensureCaddy(): Promise<string> {
  const path = join(CACHE_FOLDER, 'caddy');
  const there = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (there) return path;
  await mkdir(CACHE_FOLDER, { recursive: true });
  const folder = await mkdtemp(join(CACHE_FOLDER, 'caddy-'));
  try {
    await downloadDebianPackages(['caddy'], folder, join(folder, 'apt'));
    const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
    await rename(join(folder, 'root', 'usr', 'bin', 'caddy'), path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
