import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { listenHttp } from '../../runtime/http.ts';
import { type ListenAddress, ListenError, unusable } from '../../runtime/listen.ts';
import type { LogLine } from '../household/household.ts';
import type { KernelSource } from './kernel-source.ts';

/** The API of a Mihomo kernel, to be served by any HTTP server. */
interface SimulatedApi {
  readonly onRequest: RequestListener;
  /** For the server's `upgrade` event. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** @param secret empty for an API without one, as the kernel's unix socket is whatever its configuration says */
export function createKernelApi(live: LiveSource, secret: string): SimulatedApi {
  const sockets = new WebSocketServer({ noServer: true });
  return {
    onRequest(request, response) {
      const url = addressOf(request);
      if (!isAuthorized(request, url, secret)) return sendJson(response, 401, '{"message":"Unauthorized"}');
      if (request.method === 'DELETE') return answerDelete(live, url, response);
      if (request.method !== 'GET') return sendText(response, 405, '');
      const json = answerOf(live, url.pathname);
      if (json !== undefined) return sendJson(response, 200, json);
      const feed = feedOf(live, url);
      if (feed === undefined) return sendText(response, 404, '404 page not found\n');
      if (feed === 'bad request') return sendJson(response, 400, '{"message":"Body invalid"}');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      const stop = feed((message) => response.write(`${message}\n`));
      response.on('close', stop);
    },

    onUpgrade(request, socket, head) {
      const url = addressOf(request);
      const refuse = (status: string, body: string): void => {
        socket.end(
          `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
      };
      if (!isAuthorized(request, url, secret)) return refuse('401 Unauthorized', '{"message":"Unauthorized"}');
      const feed = feedOf(live, url);
      if (feed === undefined || feed === 'bad request') return refuse('400 Bad Request', '{"message":"Body invalid"}');
      sockets.handleUpgrade(request, socket, head, (client) => {
        const stop = feed((message) => client.send(message));
        client.on('close', stop);
        client.on('error', () => client.terminate());
      });
    },
  };
}

function addressOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://kernel');
}

function answerOf(live: LiveSource, path: string): string | undefined {
  const source = live.current();
  switch (path) {
    case '/':
      return '{"hello":"mihomo"}';
    case '/connections':
      return source.message();
    case '/version':
      return source.answers().version;
    case '/configs':
      return source.answers().configs;
    case '/proxies':
      return source.answers().proxies;
    case '/providers/proxies':
      return source.answers().providers;
    default:
      return undefined;
  }
}

function answerDelete(live: LiveSource, url: URL, response: ServerResponse): void {
  const match = /^\/connections(?:\/([^/]+))?$/.exec(url.pathname);
  if (match === null) {
    sendText(response, 405, '');
    return;
  }
  live.current().close(match[1]);
  response.writeHead(204).end();
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function sendText(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
}

/**
 * Whether a request carries the kernel's secret, by the kernel's own rules: `Authorization: Bearer <secret>`, and for
 * the upgrade to a WebSocket `?token=` too, which is then the only thing looked at.
 */
function isAuthorized(request: IncomingMessage, url: URL, secret: string): boolean {
  if (secret === '') return true;
  const token = url.searchParams.get('token') ?? '';
  if (request.headers.upgrade?.toLowerCase() === 'websocket' && token !== '') return token === secret;
  const [scheme, ...rest] = (request.headers.authorization ?? '').split(' ');
  return scheme === 'Bearer' && rest.join(' ') === secret;
}

/** A stream of messages: begins when called, gives how to end it. */
type Feed = (send: (message: string) => void) => () => void;

/** The source as the streams see it: advanced to the present before each check. */
export interface LiveSource {
  current(): KernelSource;
  onLog(listener: (line: LogLine) => void): () => void;
}

const LEVELS = ['debug', 'info', 'warning', 'error', 'silent'];

/**
 * The stream behind an address of the kernel's API.
 *
 * @returns `bad request` for parameters that the kernel refuses, undefined for an address that has no stream
 */
function feedOf(live: LiveSource, url: URL): Feed | 'bad request' | undefined {
  switch (url.pathname) {
    case '/connections':
      return connectionsFeed(live, url.searchParams.get('interval') ?? '');
    case '/traffic':
      return trafficFeed(live);
    case '/memory':
      // The kernel's first message says 0, so that charts begin there.
      return repeat(1000, (turn) => JSON.stringify({ inuse: turn === 0 ? 0 : live.current().memory(), oslimit: 0 }));
    case '/logs':
      return logsFeed(live, url.searchParams.get('level') ?? '');
    default:
      return undefined;
  }
}

function connectionsFeed(live: LiveSource, interval: string): Feed | 'bad request' {
  const milliseconds = interval === '' ? 1000 : Number(interval);
  if (!Number.isInteger(milliseconds) || milliseconds < 1) return 'bad request';
  return repeat(milliseconds, () => live.current().message());
}

function trafficFeed(live: LiveSource): Feed {
  return (send) => {
    let before = live.current().totals();
    return repeat(1000, (turn) => {
      if (turn === 0) return undefined;
      const source = live.current();
      const { upload, download } = source.totals();
      const up = Math.max(0, upload - before.upload);
      const down = Math.max(0, download - before.download);
      before = { upload, download };
      return JSON.stringify(source.tellsTotals ? { up, down, upTotal: upload, downTotal: download } : { up, down });
    })(send);
  };
}

function logsFeed(live: LiveSource, level: string): Feed | 'bad request' {
  const least = LEVELS.indexOf(level === '' ? 'info' : level);
  if (least === -1) return 'bad request';
  return (send) =>
    live.onLog((line) => {
      if (LEVELS.indexOf(line.level) >= least) send(JSON.stringify({ type: line.level, payload: line.payload }));
    });
}

/** Sends at once, then after each pause; `turn` counts from 0. */
function repeat(milliseconds: number, message: (turn: number) => string | undefined): Feed {
  return (send) => {
    let turn = 0;
    const beat = (): void => {
      const text = message(turn);
      turn += 1;
      if (text !== undefined) send(text);
    };
    beat();
    const timer = setInterval(beat, milliseconds);
    return () => clearInterval(timer);
  };
}

/** A place where the API is served; it dies as a process does, cutting every connection. */
export interface KernelListener {
  /** The port listened on; 0 for a unix socket or a pipe. */
  readonly port: number;
  readonly origin: string;
  kill(): Promise<void>;
}

/** @throws ListenError when the port is taken */
export async function listenOnPort(api: SimulatedApi, address: ListenAddress): Promise<KernelListener> {
  const { server, port, origin } = await listenHttp(api.onRequest, address);
  return { port, origin, kill: killable(server, api) };
}

/** Windows' named pipes are no files. */
const PIPE = '\\\\.\\pipe\\';

/**
 * A unix socket that anyone on the machine may use, as the kernel makes it; on Windows a named pipe.
 *
 * @throws ListenError when the path cannot be used
 */
export async function listenOnSocket(api: SimulatedApi, path: string): Promise<KernelListener> {
  const isPipe = path.startsWith(PIPE);
  if (!isPipe) await rm(path, { force: true });
  const server = createServer(api.onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ListenError(unusable(path, error, '--socket'), { cause: error }));
    });
    server.listen(path, resolve);
  });
  if (!isPipe) await chmod(path, 0o666);
  return { port: 0, origin: isPipe ? path : `unix:${path}`, kill: killable(server, api) };
}

function killable(server: Server, api: SimulatedApi): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', api.onUpgrade);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}
