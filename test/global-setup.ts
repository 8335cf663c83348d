import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { ensureBinaries, ensureDebianProgram } from '../stack/binaries.ts';
import { ensureLabelProxy } from './label-proxy.ts';
import { CACHE_FOLDER } from './real-parts.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that will hold, as JSON, prom-label-proxy or why there is none. */
    labelProxyFile: string;
  }
}

/**
 * What tests across processes stand on: the real programs and the bundles of this very source. Go takes minutes for
 * prom-label-proxy where it has never built it: only the tests that need it wait for that.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-label-proxy-'));
  const file = join(folder, 'program.json');
  project.provide('labelProxyFile', file);
  const had = ensureLabelProxy().then(async (program) => {
    await writeFile(`${file}.tmp`, JSON.stringify(program));
    await rename(`${file}.tmp`, file);
  });
  await Promise.all([
    fromDebian(),
    promisify(execFile)(process.execPath, [fileURLToPath(new URL('../tools/build.mjs', import.meta.url))]),
  ]);
  return async () => {
    await had;
    await rm(folder, { recursive: true });
  };
}

/** One after the other: apt works alone. */
async function fromDebian(): Promise<void> {
  await ensureBinaries({ cacheFolder: CACHE_FOLDER });
  for (const name of ['caddy', 'victoria-metrics', 'vmalert'] as const) await ensureDebianProgram(name, CACHE_FOLDER);
}
