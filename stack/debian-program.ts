import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { downloadDebianPackages } from './debian-packages.ts';

const run = promisify(execFile);

/** Programs of Debian that not everybody needs, by the package that has them. */
const PACKAGE_OF = { caddy: 'caddy', 'victoria-metrics': 'victoria-metrics', vmalert: 'victoria-metrics' } as const;

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
    await run('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')]);
    await rename(join(folder, 'root', 'usr', 'bin', name), path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
