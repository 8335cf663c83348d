import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { ensureBinaries } from '../stack/binaries.ts';
import { ensureDebianProgram } from './debian-program.ts';
import { ensureLabelProxy } from './label-proxy.ts';
import { ensureNative } from './native-build.ts';
import { CACHE_FOLDER } from './real-parts.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that will hold, as JSON, prom-label-proxy or why there is none. */
    labelProxyFile: string;
    /** The file that will hold, as JSON, the exporter's host in Go or why there is none. */
    nativeFile: string;
  }
}

/**
 * What tests across processes stand on: the real programs and the bundles of this very source. Go takes minutes for
 * what it has never built: only the tests that need that wait for it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-programs-'));
  const [labelProxyFile, nativeFile] = [join(folder, 'label-proxy.json'), join(folder, 'native.json')];
  project.provide('labelProxyFile', labelProxyFile);
  project.provide('nativeFile', nativeFile);
  const write = (file: string) => async (program: object) => {
    await writeFile(`${file}.tmp`, JSON.stringify(program));
    await rename(`${file}.tmp`, file);
  };
  const proxy = ensureLabelProxy().then(write(labelProxyFile));
  await Promise.all([
    fromDebian(),
    promisify(execFile)(process.execPath, [fileURLToPath(new URL('../tools/build.mjs', import.meta.url))]),
  ]);
  const native = ensureNative().then(write(nativeFile));
  return async () => {
    await Promise.all([proxy, native]);
    await rm(folder, { recursive: true });
  };
}

/** One after the other: apt works alone. */
async function fromDebian(): Promise<void> {
  await ensureBinaries({ cacheFolder: CACHE_FOLDER });
  for (const name of ['busybox', 'caddy', 'victoria-metrics', 'vmalert'] as const)
    await ensureDebianProgram(name, CACHE_FOLDER);
}
