import { parseKernelAddress } from '../core/addresses.ts';
import { UserFacingError } from '../core/language.ts';
import { SettingsReader } from '../core/settings.ts';
import { nodeNetwork } from '../exporter/host/node-network.ts';
import { openKernelApi } from '../exporter/kernel/api.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { TEXTS } from './texts.ts';

/** The keys of `[client]` as written; the exporter checks them. */
export type ClientEntries = ReadonlyMap<string, string>;

/** Which kernel the stack accounts: that of ClientSetting.ini, the simulated one, or none but those of devices that push. */
export type KernelChoice =
  | {
      readonly kind: 'real';
      readonly address: string;
      readonly client: ClientEntries;
      /** The sections `[kernel.NAME]` as written, by their whole names. */
      readonly kernels: ReadonlyMap<string, ClientEntries>;
    }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'demo';
      readonly why: 'no-settings' | 'silent';
      /** The kernel that did not answer. */
      readonly address: string;
      /** Empty where there is no file. */
      readonly client: ClientEntries;
    };

/** The kernel answers, but not to this secret. */
export class KernelRefusedError extends UserFacingError {
  override readonly name = 'KernelRefusedError';
}

const DEFAULT_KERNEL = 'http://127.0.0.1:9097';
const ANSWER_WITHIN_MS = 3000;

/**
 * @param path of ClientSetting.ini
 * @param demo whether the simulated kernel stands in where none answers; else there is none, or the exporter waits for it
 * @throws SettingsError when the file is there but cannot be read
 * @throws KernelRefusedError when the kernel refuses the secret: that is to be fixed, not to be replaced by a demo
 */
export async function chooseKernel(path: string, exists: boolean, demo: boolean): Promise<KernelChoice> {
  const without = (client: ClientEntries): KernelChoice =>
    demo ? { kind: 'demo', why: 'no-settings', address: '', client } : { kind: 'none' };
  if (!exists) return without(new Map());
  const { document } = new SettingsReader(path, await readSettingsText(path));
  const client = document.entries('client');
  const kernels = new Map(
    document.sections.filter((name) => name.startsWith('kernel.')).map((name) => [name, document.entries(name)]),
  );
  // Without a DeviceID [client] has no kernel of its own besides such sections.
  const first = (client.get('DeviceID') ?? '') === '' ? [...kernels.values()][0] : client;
  if (first === undefined) return without(client);
  const written = first.get('MihomoAPIAddr') ?? '';
  const address = written === '' ? DEFAULT_KERNEL : (parseKernelAddress(written) ?? written);
  const trusts = first.has('MihomoCA') || first.has('MihomoFingerprint');
  // Sockets and pipes, and certificates of its own, are the exporter's to judge; it says so if nobody answers there.
  if (!demo || !/^https?:/.test(address) || trusts) return { kind: 'real', address, client, kernels };
  const api = openKernelApi(nodeNetwork, { address, secret: first.get('MihomoSecret') ?? '' });
  const answer = await api.get('/version', AbortSignal.timeout(ANSWER_WITHIN_MS));
  await api.close();
  if (answer.kind === 'answer') return { kind: 'real', address, client, kernels };
  if (answer.problem.kind === 'wrong_secret') throw new KernelRefusedError(TEXTS.wrongSecret(address, path));
  return { kind: 'demo', why: 'silent', address, client };
}
