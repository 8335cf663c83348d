import { Agent, type Dispatcher, request } from 'undici';
import { errorCode } from '../../runtime/error-code.ts';
import type { KernelProblem } from './problem.ts';

/** Where a kernel is and how to be let in. */
export interface KernelAddress {
  /** Such as `http://127.0.0.1:9090`. */
  readonly address: string;
  /** Empty when the kernel asks for none. */
  readonly secret: string;
}

/** A kernel's API over whatever carries it: the rest of the code asks for paths and knows no transport. */
export interface KernelEndpoint {
  /** As configured, to name in messages. */
  readonly address: string;
  /** One GET; the body as text. */
  get(path: string, signal: AbortSignal): Promise<KernelAnswer>;
  /** What a WebSocket to a path of this kernel needs. */
  webSocket(path: string): { url: string; headers: Record<string, string>; dispatcher: Dispatcher };
  close(): Promise<void>;
}

export type KernelAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: KernelProblem };

const TIMEOUT_MS = 5000;

/** An endpoint over TCP, plain or with TLS. */
export function openKernelEndpoint({ address, secret }: KernelAddress): KernelEndpoint {
  const dispatcher = new Agent({
    connect: { timeout: TIMEOUT_MS },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const headers: Record<string, string> = secret === '' ? {} : { authorization: `Bearer ${secret}` };
  return {
    address,
    async get(path, signal) {
      try {
        const { statusCode, body } = await request(`${address}${path}`, { dispatcher, headers, signal });
        return { kind: 'answer', status: statusCode, text: await body.text() };
      } catch (error) {
        return { kind: 'problem', problem: problemOf(error) };
      }
    },
    webSocket: (path) => ({ url: `${address.replace(/^http/, 'ws')}${path}`, headers, dispatcher }),
    close: () => dispatcher.destroy(),
  };
}

function problemOf(error: unknown): KernelProblem {
  const code = errorCode(error);
  if (code === 'ECONNREFUSED') return { kind: 'refused' };
  // A port that speaks something else than HTTP.
  if (code.startsWith('HPE_') || code === 'HTTPParserError')
    return { kind: 'not_a_kernel', detail: 'it does not speak HTTP' };
  return { kind: 'unreachable', code };
}
