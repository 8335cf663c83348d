import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { SpokenError, type Text } from '../core/language.ts';
import { TEXTS } from './texts.ts';

/** A host and port to listen on, and the setting that moves it, named when the port is taken. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Such as `[server] ListenPort in ServerSetting.ini`. */
  readonly setting: string;
}

export interface HttpListener {
  readonly server: Server;
  readonly port: number;
  /** Such as `http://127.0.0.1:9100`. */
  readonly origin: string;
  /** Stops taking requests, ends idle connections, and resolves when the running ones are done. */
  close(): Promise<void>;
}

/** The port cannot be listened on; the message names the setting that moves it. */
export class ListenError extends SpokenError {
  override readonly name = 'ListenError';
}

/**
 * @param options limits of time and size, for a listener that strangers reach
 * @param tls PEM texts with which it speaks TLS only
 * @throws ListenError
 */
export async function listenHttp(
  handler: RequestListener,
  address: ListenAddress,
  options: ServerOptions = {},
  tls?: { readonly cert: string; readonly key: string },
): Promise<HttpListener> {
  const server: Server =
    tls === undefined ? createServer(options, handler) : createTlsServer({ ...options, ...tls }, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ListenError(unusable(`${address.host}:${address.port}`, error, address.setting), { cause: error }));
    });
    server.listen(address.port, address.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    origin: `${tls === undefined ? 'http' : 'https'}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** Why a place cannot be listened on, and which setting or option moves it. */
export function unusable(place: string, { code, message }: NodeJS.ErrnoException, setting: string): Text {
  if (code === 'EADDRINUSE') return TEXTS.cannotListen(place, TEXTS.portTaken, setting);
  if (code === 'EACCES') return TEXTS.cannotListen(place, TEXTS.portForbidden, setting);
  return TEXTS.cannotListen(place, TEXTS.portUnusable(code ?? message), setting);
}

/**
 * A listening address as the seed's users write it: `:1234`, `1234` or `127.0.0.1:1234`.
 *
 * @returns undefined when it is none of them
 */
export function parseListenPort(text: string, defaultHost: string): { host: string; port: number } | undefined {
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || !(port <= 65_535)) return undefined;
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? defaultHost : host, port };
}
