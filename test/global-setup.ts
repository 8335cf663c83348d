import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLogger } from '../runtime/logger.ts';
import { ensureBinaries } from '../stack/binaries.ts';

export const CACHE_FOLDER = fileURLToPath(new URL('../.cache', import.meta.url));

/** What tests across processes stand on: the real programs and the bundles of this very source. */
export default async function setup(): Promise<void> {
  await Promise.all([
    ensureBinaries({ cacheFolder: CACHE_FOLDER, logger: createLogger('test', 'warn') }),
    promisify(execFile)(process.execPath, [fileURLToPath(new URL('../tools/build.mjs', import.meta.url))]),
  ]);
}
