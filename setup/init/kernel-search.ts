import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { z } from 'zod';
import { type KernelApi, readKernelApi } from './kernel-api.ts';
import type { MihomoPlace } from './mihomo-places.ts';

/** A kernel that a file of this machine tells of. */
export interface FoundKernel extends KernelApi {
  readonly host: string;
  readonly file: string;
  readonly state: KernelState;
}

export type KernelState =
  | { readonly kind: 'answers'; readonly version: string }
  | { readonly kind: 'wrong_secret' }
  | { readonly kind: 'silent' };

const ANSWER_MS = 2000;
const Version = z.object({ version: z.string() });

/** Kernels that the files of `places` tell of, those that answer first, each address once. */
export async function findKernels(places: readonly MihomoPlace[]): Promise<FoundKernel[]> {
  const found: FoundKernel[] = [];
  for (const place of places) {
    const content = await readFile(place.file, 'utf8').catch(() => undefined);
    const api = content === undefined ? undefined : readKernelApi(place, content);
    if (api === undefined || found.some(({ address, secret }) => address === api.address && secret === api.secret))
      continue;
    found.push({ ...api, host: place.host, file: place.file, state: await askKernel(api) });
  }
  const rank = ({ state }: FoundKernel): number => ['answers', 'wrong_secret', 'silent'].indexOf(state.kind);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Whether a kernel answers there: over http, a unix socket (`unix://…`) or a named pipe. */
export function askKernel({ address, secret }: KernelApi): Promise<KernelState> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const http = url?.protocol === 'http:';
  // Only the exporter holds certificates against what the settings say.
  if (url?.protocol === 'https:') return Promise.resolve({ kind: 'silent' });
  const target = http ? { host: url.hostname, port: url.port } : { socketPath: address.replace(/^unix:\/\//, '') };
  return new Promise((resolve) => {
    const asked = request({
      ...target,
      path: '/version',
      headers: secret === '' ? {} : { authorization: `Bearer ${secret}` },
      timeout: ANSWER_MS,
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve({ kind: 'silent' }));
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > 4096) asked.destroy();
      });
      response.on('error', () => resolve({ kind: 'silent' }));
      response.on('end', () => {
        if (response.statusCode === 401) resolve({ kind: 'wrong_secret' });
        else resolve(versionIn(body));
      });
    });
    asked.end();
  });
}

function versionIn(body: string): KernelState {
  try {
    return { kind: 'answers', version: Version.parse(JSON.parse(body)).version };
  } catch {
    return { kind: 'silent' };
  }
}
