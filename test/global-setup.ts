import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { createLogger } from '../runtime/logger.ts';
import { ensureBinaries } from '../stack/binaries.ts';
import { ensureDebianProgram } from '../stack/debian-program.ts';
import { CACHE_FOLDER } from './cache-folder.ts';
import { ensureLabelProxy, type LabelProxyProgram } from './label-proxy.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** prom-label-proxy, or why there is none: had once, since Go takes a minute to build it. */
    labelProxy: LabelProxyProgram;
  }
}

/** What tests across processes stand on: the real programs and the bundles of this very source. */
export default async function setup(project: TestProject): Promise<void> {
  const [labelProxy] = await Promise.all([
    ensureLabelProxy(),
    fromDebian(),
    promisify(execFile)(process.execPath, [fileURLToPath(new URL('../tools/build.mjs', import.meta.url))]),
  ]);
  project.provide('labelProxy', labelProxy);
}

/** One after the other: apt works alone. */
async function fromDebian(): Promise<void> {
  await ensureBinaries({ cacheFolder: CACHE_FOLDER, logger: createLogger('test', 'warn') });
  for (const name of ['caddy', 'victoria-metrics', 'vmalert'] as const) await ensureDebianProgram(name, CACHE_FOLDER);
}
