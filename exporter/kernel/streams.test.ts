import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { nodeNetwork } from '../host/node-network.ts';
import { openKernelApi } from './api.ts';
import { follow } from './streams.ts';

const WEBSOCKET_KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

it('lets go of a stream whose kernel never answers the closing handshake', async () => {
  const sockets: Socket[] = [];
  const server = createServer().on('upgrade', (request, socket: Socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${WEBSOCKET_KEY_SUFFIX}`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    // As the kernel's log stream: writes when there is something to say, and never reads.
    socket.resume();
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = openKernelApi(nodeNetwork, { address, secret: '' });
  const stop = new AbortController();

  const end = follow({
    api,
    path: '/logs?level=info',
    signal: stop.signal,
    onOpen: () => stop.abort(),
    onMessage: () => {},
  });

  expect(await end).toBe('ended');
  await vi.waitFor(() => expect(sockets[0]?.readableEnded).toBe(true), 2000);
  await api.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

it('gives up a stream that is connected and never answered, also one that may be quiet', async () => {
  const server = createServer();
  const asked = new Promise<Socket>((resolve) => {
    server.on('upgrade', (_, socket: Socket) => resolve(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = openKernelApi(nodeNetwork, { address, secret: '' });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const end = follow({ api, path: '/logs?level=info', signal: new AbortController().signal, onMessage: () => {} });
    const socket = await asked;
    const letGo = new Promise((resolve) => {
      socket.on('end', resolve).resume();
    });
    vi.advanceTimersByTime(10_000);
    expect(await end).toBe('refused');
    await letGo;
    socket.destroy();
  } finally {
    vi.useRealTimers();
  }
  await api.close();
  await new Promise((resolve) => server.close(resolve));
});
