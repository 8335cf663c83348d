import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type ListenAddress, ListenError, listenHttp, unusable } from '../../runtime/http-listener.ts';
import type { KernelApi } from './kernel-api.ts';

/** A place where the API is served; it dies as a process does, cutting every connection. */
export interface KernelListener {
  /** The port listened on; 0 for a unix socket or a pipe. */
  readonly port: number;
  readonly origin: string;
  kill(): Promise<void>;
}

/** @throws ListenError when the port is taken */
export async function listenOnPort(api: KernelApi, address: ListenAddress): Promise<KernelListener> {
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
export async function listenOnSocket(api: KernelApi, path: string): Promise<KernelListener> {
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

function killable(server: Server, api: KernelApi): () => Promise<void> {
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
