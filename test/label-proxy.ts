import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answers, type ProcessSpec } from '../stack/processes.ts';
import { CACHE_FOLDER } from './real-parts.ts';

const run = promisify(execFile);

/** As in docker-compose.yml. */
export const LABEL_PROXY_VERSION = 'v0.9.0';

/** How prom-label-proxy is had here: its path, or why it is not. */
export type LabelProxyProgram = { readonly path: string } | { readonly missing: string };

/** prom-label-proxy from the cache, which Go fills from the released module where it is installed. */
export async function ensureLabelProxy(): Promise<LabelProxyProgram> {
  const path = join(CACHE_FOLDER, `prom-label-proxy-${LABEL_PROXY_VERSION}`);
  if (await isProgram(path)) return { path };
  await mkdir(CACHE_FOLDER, { recursive: true });
  const folder = await mkdtemp(join(CACHE_FOLDER, 'go-'));
  const module = `github.com/prometheus-community/prom-label-proxy@${LABEL_PROXY_VERSION}`;
  let missing = 'there is no Go to install it with';
  try {
    for (const go of ['go', '/usr/local/go/bin/go']) {
      try {
        const limits = { timeout: 400_000, maxBuffer: 16 * 2 ** 20 };
        // Behind the tests that run meanwhile.
        await run('env', [`GOBIN=${folder}`, 'nice', go, 'install', module], limits);
        await rename(join(folder, 'prom-label-proxy'), path);
        return { path };
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

/** prom-label-proxy as docker-compose.yml runs it, on loopback. */
export function labelProxySpec(path: string, port: number, prometheus: string, logFile: string): ProcessSpec {
  return {
    name: 'prom-label-proxy',
    command: path,
    args: [
      `-insecure-listen-address=127.0.0.1:${port}`,
      `-upstream=${prometheus}`,
      '-label=user',
      '-header-name=X-FlowCollect-User',
      '-enable-label-apis',
    ],
    logFile,
    ready: answers(`http://127.0.0.1:${port}/healthz`),
  };
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
