import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { isAuthorized } from './authorization.ts';
import { feedOf, type LiveSource } from './feed.ts';

/** The API of a Mihomo kernel, to be served by any HTTP server. */
export interface KernelApi {
  readonly onRequest: RequestListener;
  /** For the server's `upgrade` event. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** @param secret empty for an API without one, as the kernel's unix socket is whatever its configuration says */
export function createKernelApi(live: LiveSource, secret: string): KernelApi {
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
