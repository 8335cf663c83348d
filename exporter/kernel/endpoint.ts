import type { ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import { Agent, type buildConnector, request } from 'undici';
import { kernelTransport } from '../../core/kernel-address.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { NOT_A_KERNEL_TEXTS } from '../texts.ts';
import { type KernelTrust, kernelConnector, TrustError } from './connector.ts';
import type { KernelProblem } from './problem.ts';

/** Where a kernel is and how to be let in. */
export interface KernelAddress extends KernelTrust {
  /** As `parseKernelAddress` spells it, such as `http://127.0.0.1:9090` or `unix:///run/mihomo.sock`. */
  readonly address: string;
  /** Empty when the kernel asks for none. */
  readonly secret: string;
}

/** A kernel's API over whatever carries it: the rest of the code asks for paths and knows no transport. */
export interface KernelEndpoint {
  /** As configured, to name in messages. */
  readonly address: string;
  /** One GET. */
  get(path: string, signal: AbortSignal): Promise<KernelAnswer>;
  /** The ways to open a WebSocket to a path of this kernel, to be tried in this order. */
  webSockets(path: string): readonly WebSocketWay[];
  close(): Promise<void>;
}

export interface WebSocketWay {
  readonly url: string;
  readonly headers: Record<string, string>;
  /** Opens the connection that carries it, for `http.request`. */
  readonly createConnection: NonNullable<ClientRequestArgs['createConnection']>;
  /**
   * Lets go of the connection once what was written has left. A kernel that only writes to a stream (`/logs`) never
   * reads the closing handshake, and would keep the connection open for ever.
   */
  release(): void;
}

export type KernelAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: Buffer }
  | { readonly kind: 'problem'; readonly problem: KernelProblem };

const TIMEOUT_MS = 5000;

/** An endpoint over TCP, plain or with TLS, a unix socket or a named pipe. */
export function openKernelEndpoint({ address, secret, ca, fingerprint }: KernelAddress): KernelEndpoint {
  const { origin, socketPath } = kernelTransport(address);
  const connector = kernelConnector({ socketPath, timeout: TIMEOUT_MS, ca, fingerprint });
  const timeouts = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
  const dispatcher = new Agent({ connect: connector, ...timeouts });
  const headers: Record<string, string> = secret === '' ? {} : { authorization: `Bearer ${secret}` };
  return {
    address,
    async get(path, signal) {
      try {
        const { statusCode, body } = await request(`${origin}${path}`, { dispatcher, headers, signal });
        return { kind: 'answer', status: statusCode, body: Buffer.from(await body.arrayBuffer()) };
      } catch (error) {
        return { kind: 'problem', problem: problemOf(error) };
      }
    },
    webSockets(path) {
      const url = `${origin.replace(/^http/, 'ws')}${path}`;
      const withHeader = { url, headers, ...transportOf(connector, origin) };
      if (secret === '') return [withHeader];
      // A proxy in between may drop the header of an upgrade; kernels take a token in the query too.
      const withToken = { url: `${url}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(secret)}` };
      return [withHeader, { ...withToken, headers: {}, ...transportOf(connector, origin) }];
    },
    close: () => dispatcher.destroy(),
  };
}

/** What carries one WebSocket. */
function transportOf(
  connector: buildConnector.connector,
  origin: string,
): Pick<WebSocketWay, 'createConnection' | 'release'> {
  const { protocol, host, hostname, port } = new URL(origin);
  let opened: Socket | undefined;
  let released = false;
  return {
    createConnection(_, done) {
      connector({ protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }, (...[error, socket]) => {
        if (error !== null) {
          // Of a connection that failed Node takes the error alone, which its types do not know.
          (done as (error: Error) => void)(error);
          return;
        }
        opened = socket;
        if (released) socket.destroy();
        done(null, socket);
      });
      return undefined;
    },
    release() {
      released = true;
      opened?.destroySoon();
    },
  };
}

function problemOf(error: unknown): KernelProblem {
  const trust = error instanceof TrustError ? error : error instanceof Error ? error.cause : undefined;
  if (trust instanceof TrustError) return trust.reason;
  const code = errorCode(error);
  // A socket that is not there is a kernel that does not run.
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return { kind: 'refused' };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden', code };
  // A port that speaks something else than HTTP.
  if (code.startsWith('HPE_') || code === 'HTTPParserError')
    return { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noHttp };
  if (code.startsWith('ERR_SSL_')) return { kind: 'not_a_kernel', detail: NOT_A_KERNEL_TEXTS.noTls };
  return { kind: 'unreachable', code };
}
