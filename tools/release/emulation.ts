import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exists } from './node-binary.ts';

const run = promisify(execFile);

const PACKAGES = ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross', 'libgcc-s1-arm64-cross'];

/** How to start a program of another processor. */
export interface Emulation {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * QEMU's emulator of arm64 with the C library that executables ask for: Debian's packages, unpacked into a cache folder
 * without root.
 *
 * @throws Error where apt or dpkg are missing or fail
 */
export async function arm64Emulation(cache: string): Promise<Emulation> {
  const folder = join(cache, 'emulation');
  const command = join(folder, 'usr', 'bin', 'qemu-aarch64-static');
  const found = { command, env: { QEMU_LD_PREFIX: join(folder, 'usr', 'aarch64-linux-gnu') } };
  if (await exists(command)) return found;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, 'emulation-'));
  try {
    await run('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...PACKAGES], { cwd: temporary });
    for (const name of await readdir(temporary)) {
      if (name.endsWith('.deb')) await run('dpkg-deb', ['-x', join(temporary, name), join(temporary, 'root')]);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(join(temporary, 'root'), folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return found;
}
