import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { type HttpListener, listenHttp } from '../../runtime/http.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createNoiseLog, guardConnections } from './connections.ts';

const MOST = 8;

let server: ReturnType<typeof createServer>;
let sockets: Socket[];
let lines: string[];
let now: number;
beforeEach(async () => {
  [sockets, lines] = [[], []];
  server = createServer((_, response) => response.end('served'));
  now = 0;
  const logger = createLogger('test', 'info', { write: (line) => lines.push(line) });
  guardConnections(server, createNoiseLog(logger, { now: () => now }), MOST);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Whether a connection from an address is served; it stays open. */
async function isServed(localAddress: string): Promise<boolean> {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
const served = async (from: string, count: number): Promise<number> => {
  let taken = 0;
  for (let index = 0; index < count; index += 1) taken += (await isServed(from)) ? 1 : 0;
  return taken;
};

it('lets one address take half, and always another one in', async () => {
  expect(await served('127.0.0.1', 6)).toBe(4);
  expect(await served('127.0.0.2', 4)).toBe(2);
  expect(await served('127.0.0.3', 2)).toBe(1);
  expect(await served('127.0.0.1', 1)).toBe(0);
});

it('tells what it refuses once a minute, however many addresses come, and how often it was', async () => {
  const addresses = [1, 2, 3].map((last) => `127.0.1.${last}`);
  for (const address of addresses) await served(address, 4);
  expect(lines).toHaveLength(1);
  now += 60_000;
  for (const address of addresses) await served(address, 4);
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[1] ?? '').sinceTheLast).toBe(4);
});

it('counts what is closed no more', async () => {
  expect(await served('127.0.0.1', 5)).toBe(4);
  for (const socket of sockets.slice(0, 4)) socket.destroy();
  await vi.waitFor(async () => expect(await isServed('127.0.0.1')).toBe(true));
});

let listener: HttpListener | undefined;
afterEach(() => listener?.close());

async function say(text: string): Promise<string> {
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  const limits = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 };
  listener = await listenHttp((_, response) => response.end(), address, limits);
  guardConnections(listener.server, createNoiseLog(createLogger('test', 'silent'), systemClock));
  const socket = connect(listener.port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

it.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['TLS where there is none', '\x16\x03\x01\x02\x00', 400],
  ['endless headers', `GET / HTTP/1.1\r\nA: ${'a'.repeat(40_000)}`, 431],
  ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408],
  ['a body that never ends', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na', 200],
  ['nothing', '', 408],
])('ends %s with an answer', async (_, text, status) => {
  const answer = await say(text);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  if (status !== 200) expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: 'bad_request' });
});
