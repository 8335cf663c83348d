import type { RequestListener } from 'node:http';
import { type HttpListener, listenHttp } from '../runtime/http.ts';

interface Loopback extends Pick<HttpListener, 'port' | 'origin' | 'server'> {
  /** Cuts every connection and stops listening. */
  kill(): Promise<void>;
}

/**
 * Serves HTTP on a port of loopback; 0 lets the system choose. What the handler throws fails the test that runs.
 *
 * @param tls PEM texts with which it speaks TLS only
 */
export async function serveLoopback(
  handler: (...asked: Parameters<RequestListener>) => unknown,
  port = 0,
  tls?: { readonly cert: string; readonly key: string },
): Promise<Loopback> {
  const { close, ...listener } = await listenHttp(handler, { host: '127.0.0.1', port, setting: 'none' }, {}, tls);
  return {
    ...listener,
    kill() {
      const closed = close();
      listener.server.closeAllConnections();
      return closed;
    },
  };
}
