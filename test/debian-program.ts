import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadDebianPackages } from '../stack/debian-packages.ts';
import { CACHE_FOLDER } from './cache-folder.ts';

const run = promisify(execFile);

/**
 * The path of a program from a Debian package of the same name, unpacked into the cache without installing it.
 *
 * @throws DebianError
 */
export async function ensureDebianProgram(name: 'caddy' | 'victoria-metrics'): Promise<string> {
  const path = join(CACHE_FOLDER, name);
  const there = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (there) return path;
  await mkdir(CACHE_FOLDER, { recursive: true });
  const folder = await mkdtemp(join(CACHE_FOLDER, `${name}-`));
  try {
    await downloadDebianPackages([name], folder, join(folder, 'apt'));
    const [file = ''] = (await readdir(folder)).filter((each) => each.endsWith('.deb'));
    await run('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
    await rename(join(folder, 'root', 'usr', 'bin', name), path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
