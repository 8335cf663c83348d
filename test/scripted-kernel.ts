import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A kernel's API whose answers a test sets one by one; the simulator has one that behaves by itself. */
export interface ScriptedKernel {
  readonly address: string;
  /** Answers by path, sent as JSON; a number is sent as a status. A text is also the first message of a WebSocket. */
  readonly answers: Map<string, unknown>;
  /** Requests and WebSockets that arrived, such as `GET /version` and `WS /logs?level=info`. */
  readonly asked: string[];
  /** Empty: no secret is asked for. */
  secret: string;
  /** Whether upgrades are served; otherwise they are answered 400. */
  webSockets: boolean;
  /** Whether upgrades must carry the secret as `?token=`, as behind a proxy that drops their header. */
  tokenOnly: boolean;
  /** Sends to every open WebSocket of a path. */
  send(path: string, text: string): void;
  /** Open WebSockets of a path. */
  open(path: string): number;
  /** Cuts them. */
  cut(path: string): void;
  /** Cuts every connection and stops listening. */
  kill(): Promise<void>;
}

/** One `/connections` message: totals, and connections as `[id, node, upload, download]`. */
export function connectionsMessage(
  upload: number,
  download: number,
  connections: readonly (readonly [id: string, node: string, upload: number, download: number])[] = [],
): string {
  return JSON.stringify({
    downloadTotal: download,
    uploadTotal: upload,
    connections: connections.map(([id, node, up, down]) => ({
      id,
      metadata: {
        network: 'tcp',
        type: 'Socks5',
        sourceIP: '127.0.0.1',
        destinationIP: '192.0.2.1',
        sourcePort: '50000',
        destinationPort: '443',
        host: 'example.com',
        process: '',
        inboundUser: '',
        sniffHost: '',
      },
      upload: up,
      download: down,
      start: '2026-11-23T14:42:42.818803735Z',
      chains: [node],
      rule: 'Match',
      rulePayload: '',
    })),
    memory: 1_000_000,
  });
}

export interface ScriptedKernelPlace {
  /** 0 lets the system choose; a port of before stands for the same kernel started again. */
  readonly port?: number;
  /** A unix socket instead of a port. */
  readonly socketPath?: string;
  /** Serves TLS with this key and certificate, PEM. */
  readonly tls?: { readonly key: string; readonly cert: string } & Pick<
    ServerOptions,
    'ca' | 'requestCert' | 'rejectUnauthorized' | 'maxVersion'
  >;
}

export async function startScriptedKernel({
  port = 0,
  socketPath,
  tls,
}: ScriptedKernelPlace = {}): Promise<ScriptedKernel> {
  const sockets = new Map<string, Set<WebSocket>>();
  const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? '';
  const isLetIn = (request: IncomingMessage): boolean => {
    const token = new URL(request.url ?? '', 'http://kernel').searchParams.get('token');
    if (kernel.secret === '' || (request.headers.upgrade !== undefined && token === kernel.secret)) return true;
    if (request.headers.upgrade !== undefined && kernel.tokenOnly) return false;
    return request.headers.authorization === `Bearer ${kernel.secret}`;
  };

  const serve: RequestListener = (request, response) => {
    kernel.asked.push(`GET ${request.url}`);
    const answer = isLetIn(request) ? (kernel.answers.get(pathOf(request)) ?? 404) : 401;
    if (typeof answer === 'number') response.writeHead(answer).end(JSON.stringify({ message: 'no' }));
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  const upgrader = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    kernel.asked.push(`WS ${request.url}`);
    if (!kernel.webSockets || !isLetIn(request)) {
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      return;
    }
    upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      const open = sockets.get(pathOf(request)) ?? new Set();
      sockets.set(pathOf(request), open.add(webSocket));
      webSocket.on('close', () => open.delete(webSocket));
      const first = kernel.answers.get(pathOf(request));
      if (typeof first === 'string') webSocket.send(first);
    });
  });
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(port, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  const scheme = tls === undefined ? 'http' : 'https';

  const kernel: ScriptedKernel = {
    address:
      socketPath === undefined
        ? `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`
        : `unix://${socketPath}`,
    answers: new Map<string, unknown>([
      ['/version', { meta: true, version: 'v1.19.2' }],
      ['/proxies', { proxies: { DIRECT: { type: 'Direct' }, 香港: { type: 'Shadowsocks', 'provider-name': 'a' } } }],
      ['/providers/proxies', { providers: {} }],
      ['/connections', connectionsMessage(0, 0)],
    ]),
    asked: [],
    secret: '',
    webSockets: true,
    tokenOnly: false,
    send: (path, text) => {
      for (const socket of sockets.get(path) ?? []) socket.send(text);
    },
    open: (path) => sockets.get(path)?.size ?? 0,
    cut(path) {
      for (const socket of sockets.get(path) ?? []) socket.terminate();
    },
    async kill() {
      for (const open of sockets.values()) for (const socket of open) socket.terminate();
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    },
  };
  return kernel;
}
