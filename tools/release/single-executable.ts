import { execFile } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'postject';

const run = promisify(execFile);

/** The mark in Node's executable that says whether it carries a blob; from Node's documentation. */
const SENTINEL = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Makes the blob that an executable carries. It holds no code cache, so that one blob serves every platform.
 *
 * @param node an executable of the same version as those that will carry the blob
 */
export async function makeBlob(node: string, script: string, folder: string): Promise<Buffer> {
  const [config, blob] = [join(folder, 'sea.json'), join(folder, 'sea.blob')];
  const settings = { main: script, output: blob, disableExperimentalSEAWarning: true, useCodeCache: false };
  await writeFile(config, JSON.stringify(settings));
  await run(node, ['--experimental-sea-config', config]);
  return readFile(blob);
}

/** Copies Node's executable and puts the blob into the copy. */
export async function makeExecutable(node: string, blob: Buffer, path: string): Promise<void> {
  await copyFile(node, path);
  await chmod(path, 0o755);
  await inject(path, 'NODE_SEA_BLOB', blob, { sentinelFuse: SENTINEL });
}
