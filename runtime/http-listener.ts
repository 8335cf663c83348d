import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, ListenError, type OpenListener, unusable } from './movable-listener.ts';

export interface HttpListener extends OpenListener {
  readonly server: Server;
  /** Stops taking requests, ends idle connections, and resolves when the running ones are done or three seconds are over. */
  close(): Promise<void>;
}

const CLOSE_MS = 3000;

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
