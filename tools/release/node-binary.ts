import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One version that npm has for every target; 22 is also the newest that starts under wine, where it can be tried. */
const NODE_VERSION = '22.23.3';

/** Platforms that get a single executable, each with the checksum of its Node package. */
export const PLATFORMS = {
  'linux-x64': 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  'linux-arm64': 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
  'win-x64': 'sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==',
} as const;
export type Platform = keyof typeof PLATFORMS;

interface NodeBinary {
  readonly version: string;
  /** The executable. */
  readonly path: string;
  /** Node's own licence, with those of what it bundles; not in every target's package. */
  readonly licence: string;
}

/**
 * Node's executable for a target, from npm, kept in a cache folder. It never goes into node_modules: those packages each
 * put a `node` into node_modules/.bin, and npm's scripts would run a foreign one.
 *
 * @throws Error when npm does not deliver what the checksum says
 */
export async function nodeBinary(cache: string, target: Platform): Promise<NodeBinary> {
  const folder = join(cache, `node-${NODE_VERSION}-${target}`);
  const path = join(folder, 'package', 'bin', target.startsWith('win') ? 'node.exe' : 'node');
  const found: NodeBinary = { version: NODE_VERSION, path, licence: join(folder, 'package', 'LICENSE') };
  if (existsSync(path)) return found;
  await mkdir(cache, { recursive: true });
  const temporary = await mkdtemp(join(cache, 'node-'));
  try {
    // npm is a script on Windows, which only a shell starts; nothing here comes from outside.
    const options = { cwd: temporary, shell: process.platform === 'win32' };
    await run('npm', ['pack', `node-${target}@${NODE_VERSION}`, '--silent'], options);
    const archive = (await readdir(temporary)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined) throw new Error(`npm delivered no archive of node-${target}@${NODE_VERSION}`);
    const digest = createHash('sha512').update(await readFile(join(temporary, archive)));
    if (`sha512-${digest.digest('base64')}` !== PLATFORMS[target]) {
      throw new Error(`node-${target}@${NODE_VERSION} is not the package that was pinned: its checksum differs`);
    }
    await run('tar', ['-xzf', archive], { cwd: temporary });
    await rm(join(temporary, archive));
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return found;
}

/** The target that this machine can run; its Node makes the blob for all. */
export function hostPlatform(): Platform | undefined {
  const name = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return Object.hasOwn(PLATFORMS, name) ? (name as Platform) : undefined;
}
