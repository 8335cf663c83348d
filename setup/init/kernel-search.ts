import { readFile } from 'node:fs/promises';
import { parseKernelAddress } from '../../core/kernel-address.ts';
import { nodeNetwork } from '../../exporter/host/node-network.ts';
import { type KernelAddress, openKernelApi } from '../../exporter/kernel/api.ts';
import { readKernelAddress } from './kernel-config.ts';
import type { MihomoPlace } from './mihomo-places.ts';

/** A kernel that a file of this machine tells of. */
export interface FoundKernel extends KernelAddress {
  readonly host: string;
  readonly file: string;
  readonly state: KernelState;
}

export type KernelState =
  | { readonly kind: 'answers'; readonly version: string }
  | { readonly kind: 'wrong_secret' }
  | { readonly kind: 'silent' };

const ANSWER_MS = 2000;

/** Kernels that the files of `places` tell of, those that answer first, each address once. */
export async function findKernels(places: readonly MihomoPlace[]): Promise<FoundKernel[]> {
  const found: FoundKernel[] = [];
  for (const place of places) {
    const content = await readFile(place.file, 'utf8').catch(() => undefined);
    const kernel = content === undefined ? undefined : readKernelAddress(place, content);
    if (
      kernel === undefined ||
      found.some(({ address, secret }) => address === kernel.address && secret === kernel.secret)
    )
      continue;
    found.push({ ...kernel, host: place.host, file: place.file, state: await askKernel(kernel) });
  }
  const rank = ({ state }: FoundKernel): number => ['answers', 'wrong_secret', 'silent'].indexOf(state.kind);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Whether a kernel answers there, at an address as people write it. */
export async function askKernel({ address, secret }: KernelAddress): Promise<KernelState> {
  const parsed = parseKernelAddress(address);
  if (parsed === undefined) return { kind: 'silent' };
  const api = openKernelApi(nodeNetwork, { address: parsed, secret });
  const version = await api.version(AbortSignal.timeout(ANSWER_MS));
  await api.close();
  if (version.kind === 'answer') return { kind: 'answers', version: version.value };
  return { kind: version.problem.kind === 'wrong_secret' ? 'wrong_secret' : 'silent' };
}
