import type { ClientRequestArgs } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, type buildConnector, request } from 'undici';
import { WebSocket } from 'ws';
import { errorCode } from '../../runtime/error-code.ts';
import type {
  ConnectionFailure,
  HttpClient,
  HttpRequest,
  HttpResult,
  Network,
  OpenWebSocket,
  Peer,
  WebSocketRequest,
} from './network.ts';
import { nodeConnector, TrustError } from './node-connector.ts';

const compress = promisify(gzip);

/** Requests by undici and WebSockets by ws, both over the same connections (docs/adr/0017-compare-frames-as-bytes.md). */
export const nodeNetwork: Network = {
  client(peer): HttpClient {
    const connector = nodeConnector(peer);
    const timeouts = { headersTimeout: peer.timeout, bodyTimeout: peer.timeout };
    const dispatcher = new Agent({ connect: connector, ...timeouts });
    return {
      async request({
        path,
        headers: own,
        body: content,
        gzip: packs = false,
        ...rest
      }: HttpRequest): Promise<HttpResult> {
        try {
          const { statusCode, headers, body } = await request(`${peer.origin}${path}`, {
            ...rest,
            headers: { ...own, ...(packs ? { 'content-encoding': 'gzip' } : {}) },
            body: packs && content !== undefined ? await compress(content) : (content ?? null),
            dispatcher,
          });
          const header = (name: string): string | undefined => {
            const value = headers[name];
            return typeof value === 'string' ? value : undefined;
          };
          return { kind: 'answer', status: statusCode, header, body: await body.bytes() };
        } catch (error) {
          return { kind: 'failure', failure: failureOf(error) };
        }
      },
      webSocket: (wanted) => openWebSocket(connector, peer, wanted),
      close: () => dispatcher.destroy(),
    };
  },
};

function openWebSocket(
  connector: buildConnector.connector,
  { origin }: Peer,
  { path, headers, onOpen, onMessage, onClose }: WebSocketRequest,
): OpenWebSocket {
  const { protocol, host, hostname, port } = new URL(origin);
  let letGo = (): void => {};
  let released = false;
  const createConnection: NonNullable<ClientRequestArgs['createConnection']> = (_, done) => {
    connector({ protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }, (...[error, opened]) => {
      if (error !== null) {
        // Of a connection that failed Node takes the error alone, which its types do not know.
        (done as (error: Error) => void)(error);
        return;
      }
      letGo = () => opened.destroySoon();
      if (released) opened.destroy();
      done(null, opened);
    });
    return undefined;
  };
  // Kernels do not pack their messages; a packed one would need a window of 64 KiB and more for each stream.
  const options = { headers, createConnection, perMessageDeflate: false };
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, options);
  socket.on('open', onOpen);
  socket.on('message', (message, isBinary) => {
    // Never a list or an ArrayBuffer, since binaryType is what it is at first.
    if (!isBinary && Buffer.isBuffer(message)) onMessage(message);
  });
  // An error is followed by a close; the reason is not told, since a refused upgrade has none.
  socket.on('error', () => {});
  socket.on('close', onClose);
  return {
    close() {
      released = true;
      socket.close();
      letGo();
    },
  };
}

function failureOf(error: unknown): ConnectionFailure {
  const trust = error instanceof TrustError ? error : error instanceof Error ? error.cause : undefined;
  if (trust instanceof TrustError) return trust.reason;
  const code = errorCode(error);
  // A socket that is not there is a program that does not run.
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return { kind: 'refused', code };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden', code };
  if (code.startsWith('HPE_') || code === 'HTTPParserError') return { kind: 'not_http', code };
  if (code.startsWith('ERR_SSL_')) return { kind: 'not_tls', code };
  return { kind: 'unreachable', code };
}
