import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CACHE_FOLDER } from './real-parts.ts';

const run = promisify(execFile);

/** How a program is had here: its path, or why it is not. */
export type GoProgram = { readonly path: string } | { readonly missing: string };

/**
 * A program from the cache, which Go fills from the released module where it is installed.
 *
 * @param path of the package, which ends in the program's name
 */
export async function ensureGoProgram(name: string, path: string, version: string): Promise<GoProgram> {
  const program = join(CACHE_FOLDER, `${name}-${version}`);
  if (await isProgram(program)) return { path: program };
  await mkdir(CACHE_FOLDER, { recursive: true });
  const folder = await mkdtemp(join(CACHE_FOLDER, 'go-'));
  let missing = 'there is no Go to install it with';
  try {
    for (const go of ['go', '/usr/local/go/bin/go']) {
      try {
        const limits = { timeout: 400_000, maxBuffer: 16 * 2 ** 20 };
        // Behind the tests that run meanwhile.
        await run('env', [`GOBIN=${folder}`, 'nice', go, 'install', `${path}@${version}`], limits);
        await rename(join(folder, name), program);
        return { path: program };
      } catch (error) {
        const { code, stderr } = error as { code?: unknown; stderr?: string };
        // There is no such program, says env.
        if (code !== 127) missing = `go install: ${(stderr ?? '').trim().split('\n').at(-1)}`;
      }
    }
    return { missing };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
