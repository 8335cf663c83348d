import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Text, UserFacingError } from '../core/language.ts';
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
  /** Stops taking requests, ends idle connections, and resolves when the running ones are done or three seconds are over. */
  close(): Promise<void>;
}

const CLOSE_MS = 3000;

/** The port cannot be listened on; the message names the setting that moves it. */
export class ListenError extends UserFacingError {
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
        // Who never finishes a request keeps neither the process alive nor the next listener from opening.
        const patience = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
        server.close(() => {
          clearTimeout(patience);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** A listener at the address of the settings, which an edit moves. */
export interface MovableListener<A> {
  /** Where it listens; undefined while it does not. */
  origin(): string | undefined;
  /**
   * Listens there, unless it does already. Where it cannot, it stays where it was.
   *
   * @throws ListenError
   */
  move(address: A): Promise<void>;
  close(): Promise<void>;
}

export function createMovableListener<A extends { readonly host: string; readonly port: number }>(
  open: (address: A) => Promise<HttpListener>,
): MovableListener<A> {
  let running: { readonly address: A; readonly listener: HttpListener } | undefined;
  const openAt = async (address: A) => ({ address, listener: await open(address) });
  return {
    origin: () => running?.listener.origin,
    async move(address) {
      const old = running;
      if (old?.address.host === address.host && old.address.port === address.port) return;
      if (old?.listener.port !== address.port) {
        running = await openAt(address);
        await old?.listener.close();
        return;
      }
      // Both are at one port, such as on all addresses instead of on loopback: they exclude each other.
      running = undefined;
      await old.listener.close();
      try {
        running = await openAt(address);
      } catch (error) {
        running = await openAt(old.address);
        throw error;
      }
    },
    close: async () => running?.listener.close(),
  };
}

/** Why a place cannot be listened on, and which setting or option moves it. */
export function unusable(place: string, { code, message }: NodeJS.ErrnoException, setting: string): Text {
  if (code === 'EADDRINUSE') return TEXTS.cannotListen(place, TEXTS.portTaken, setting);
  if (code === 'EACCES') return TEXTS.cannotListen(place, TEXTS.portForbidden, setting);
  return TEXTS.cannotListen(place, TEXTS.portUnusable(code ?? message), setting);
}
