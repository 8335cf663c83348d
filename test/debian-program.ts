import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadDebianPackages } from '../stack/binaries.ts';

/** Programs that tests run besides those of the stack, by the package of Debian that has them. */
const PACKAGE_OF = {
  busybox: 'busybox-static',
  caddy: 'caddy',
  'victoria-metrics': 'victoria-metrics',
  vmalert: 'victoria-metrics',
} as const;

/**
 * The path of a program from a Debian package, unpacked into the cache without installing it.
 *
 * @throws DebianError
 */
export async function ensureDebianProgram(name: keyof typeof PACKAGE_OF, cacheFolder: string): Promise<string> {
  const path = join(cacheFolder, name);
  const there = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (there) return path;
  await mkdir(cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(cacheFolder, `${name}-`));
  try {
    await downloadDebianPackages([PACKAGE_OF[name]], folder, join(folder, 'apt'));
    const [file = ''] = (await readdir(folder)).filter((each) => each.endsWith('.deb'));
    await promisify(execFile)('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
    const bin = name === 'busybox' ? 'bin' : 'usr/bin';
    await rename(join(folder, 'root', bin, name), path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
