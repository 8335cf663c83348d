import * as z from 'zod/mini';
import { isLoopback, kernelTransport } from '../../core/addresses.ts';
import { parseJson } from '../../core/json.ts';
import type { Files } from '../host/host.ts';
import type { ConnectionFailure, Network, OpenWebSocket, Trust, WebSocketRequest } from '../host/network.ts';
import { type KernelProblem, NOT_A_KERNEL_TEXTS } from './problem.ts';

/** Where a kernel is, how to authenticate, and by what its certificate is judged. */
export interface KernelAddress extends Trust {
  /** As `parseKernelAddress` spells it, such as `http://127.0.0.1:9090` or `unix:///run/mihomo.sock`. */
  readonly address: string;
  /** Empty when the kernel asks for none. */
  readonly secret: string;
}

/** The settings that say how a kernel is reached. */
interface KernelSettings {
  readonly MihomoAPIAddr: string;
  readonly MihomoSecret: string;
  readonly MihomoCA?: string | undefined;
  readonly MihomoFingerprint?: string | undefined;
  readonly MihomoCert?: string | undefined;
  readonly MihomoKey?: string | undefined;
}

/** @param folder of the settings file, which relative paths are relative to */
export function kernelAddressOf(files: Files, settings: KernelSettings, folder: string): KernelAddress {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : files.absolute(path, folder));
  return {
    address: settings.MihomoAPIAddr,
    secret: settings.MihomoSecret,
    ca: absolute(settings.MihomoCA),
    fingerprint: settings.MihomoFingerprint,
    cert: absolute(settings.MihomoCert),
    key: absolute(settings.MihomoKey),
  };
}

/** Whether a kernel runs on this machine, whose interfaces are then those of the kernel. */
export function isOnThisMachine(address: string): boolean {
  const { origin, socketPath } = kernelTransport(address);
  return socketPath !== undefined || isLoopback(new URL(origin).hostname);
}

/** A kernel's API: the rest of the code asks for paths and knows no transport. Nothing here rejects. */
export interface KernelApi {
  /** As configured, to name in messages. */
  readonly address: string;
  /** The body of one GET that was answered 200. */
  get(path: string, signal: AbortSignal): Promise<KernelResult<Uint8Array>>;
  json(path: string, signal: AbortSignal): Promise<KernelResult<unknown>>;
  /**
   * What `/version` names, which tells a wrong secret from a dead kernel and from something else on that port. A refused
   * WebSocket cannot tell them apart.
   */
  version(signal: AbortSignal): Promise<KernelResult<string>>;
  /**
   * The requests by which a stream is asked for, to be tried in turn: a proxy in between may drop the header of an upgrade,
   * and kernels take the secret in the query too.
   */
  streamRequests(path: string): readonly Pick<WebSocketRequest, 'path' | 'headers'>[];
  webSocket(request: WebSocketRequest): OpenWebSocket;
  close(): Promise<void>;
}

/** What a kernel answered, or why there is nothing to use. */
export type KernelResult<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'problem'; readonly problem: KernelProblem };

const TIMEOUT_MS = 5000;

const Version = z.object({ version: z.string() });

/** The API of the kernel there, over TCP, plain or with TLS, a unix socket or a named pipe. */
export function openKernelApi(network: Network, { address, secret, ...trust }: KernelAddress): KernelApi {
  const client = network.client({ ...kernelTransport(address), trust, timeout: TIMEOUT_MS });
  const headers: Readonly<Record<string, string>> = secret === '' ? {} : { authorization: `Bearer ${secret}` };

  async function get(path: string, signal: AbortSignal): Promise<KernelResult<Uint8Array>> {
    const result = await client.request({ path, headers, signal });
    if (result.kind === 'failure') return { kind: 'problem', problem: problemOf(result.failure) };
    if (result.status === 200) return { kind: 'answer', value: result.body };
    if (result.status === 401) return { kind: 'problem', problem: { kind: 'wrong_secret' } };
    return { kind: 'problem', problem: { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.answers(result.status) } };
  }

  async function json(path: string, signal: AbortSignal): Promise<KernelResult<unknown>> {
    const answer = await get(path, signal);
    if (answer.kind === 'problem') return answer;
    const value = parseJson(answer.value);
    return value === undefined
      ? { kind: 'problem', problem: { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noJson } }
      : { kind: 'answer', value };
  }

  return {
    address,
    get,
    json,
    async version(signal) {
      const answer = await json('/version', signal);
      if (answer.kind === 'problem') return answer;
      const parsed = Version.safeParse(answer.value);
      return parsed.success
        ? { kind: 'answer', value: parsed.data.version }
        : { kind: 'problem', problem: { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noVersion } };
    },
    streamRequests(path) {
      const inQuery = `${path}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(secret)}`;
      return [{ path, headers }, ...(secret === '' ? [] : [{ path: inQuery, headers: {} }])];
    },
    webSocket: client.webSocket,
    close: () => client.close(),
  };
}

function problemOf(failure: ConnectionFailure): KernelProblem {
  if (failure.kind === 'not_http') return { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noHttp };
  if (failure.kind === 'not_tls') return { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noTls };
  return failure;
}
