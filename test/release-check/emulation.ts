import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Debian's packages, unpacked into a folder of the cache without root.
 *
 * @param apt where apt looks instead of this system, as its options
 * @returns the folder
 * @throws Error where apt or dpkg are missing or fail
 */
export async function debianPackages(
  cache: string,
  name: string,
  packages: readonly string[],
  apt: readonly string[] = [],
): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, `${name}-`));
  try {
    const options = ['-q', '-o', 'APT::Sandbox::User=root', ...apt];
    await run('apt-get', ['download', ...options, ...packages], { cwd: temporary });
    for (const file of await readdir(temporary)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(temporary, file), join(temporary, 'root')]);
    }
    await rename(join(temporary, 'root'), folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

const PACKAGES = ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross', 'libgcc-s1-arm64-cross'];

/** How to start a program of another processor. */
interface Emulation {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** QEMU's emulator of arm64 with the C library that executables ask for. @throws as {@link debianPackages} */
export async function arm64Emulation(cache: string): Promise<Emulation> {
  const folder = await debianPackages(cache, 'emulation', PACKAGES);
  return {
    command: join(folder, 'usr', 'bin', 'qemu-aarch64-static'),
    env: { QEMU_LD_PREFIX: join(folder, 'usr', 'aarch64-linux-gnu') },
  };
}
