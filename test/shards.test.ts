import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { ensureDebianProgram } from './debian-program.ts';
import { CACHE_FOLDER, createRealParts, freePort, type RealParts } from './real-parts.ts';

const DEVICES = Array.from({ length: 200 }, (_, index) => `设备 ${index}`);

let parts: RealParts;
let origin: string;
const gateways: Server[] = [];

/** Answers which gateway it is. */
async function startGateway(name: string): Promise<number> {
  const server = createServer((_, response) => response.end(name));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateways.push(server);
  return (server.address() as AddressInfo).port;
}

/** The lines of a page, with this machine's addresses. */
function caddyfile(page: string, port: number, ports: readonly number[]): string {
  const text = readFileSync(fileURLToPath(new URL(`../docs/${page}`, import.meta.url)), 'utf8');
  const block = /```caddyfile\n(.*?)```/s.exec(text)?.[1] ?? '';
  return ports
    .reduce((lines, each, index) => lines.replace(`gateway-${index + 1}:8686`, `127.0.0.1:${each}`), block)
    .replace(/^:8686/, `http://127.0.0.1:${port}`);
}

beforeAll(async () => {
  parts = await createRealParts();
  const ports = [await startGateway('one'), await startGateway('two')];
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const config = join(parts.folder, 'Caddyfile');
  expect(caddyfile('scale.zh-CN.md', port, ports)).toBe(caddyfile('scale.md', port, ports));
  await writeFile(config, `{\n\tadmin off\n}\n${caddyfile('scale.md', port, ports)}`);
  await parts.start({
    name: 'Caddy',
    command: await ensureDebianProgram('caddy', CACHE_FOLDER),
    args: ['run', '--adapter', 'caddyfile', '--config', config],
    logFile: join(parts.folder, 'caddy.log'),
    ready: async () => (await fetch(origin)).ok,
    environment: { HOME: parts.folder, XDG_DATA_HOME: parts.folder, XDG_CONFIG_HOME: parts.folder },
  });
});
afterAll(async () => {
  await parts.close();
  for (const server of gateways) server.close().closeAllConnections();
});

const gatewayOf = async (device: string, method: 'GET' | 'PUT'): Promise<string> =>
  (await fetch(origin + pushPath(device), { method, ...(method === 'PUT' ? { body: 'x' } : {}) })).text();

describe('two gateways behind Caddy, as docs/scale.md has it', () => {
  it('share the devices, each of which stays with one, pushes and read-backs alike', async () => {
    const first = new Map<string, string>();
    for (const device of DEVICES) first.set(device, await gatewayOf(device, 'PUT'));
    const counts = ['one', 'two'].map((name) => [...first.values()].filter((each) => each === name).length);
    expect(Math.min(...counts)).toBeGreaterThan(DEVICES.length / 4);
    for (const device of DEVICES) expect(await gatewayOf(device, 'GET'), device).toBe(first.get(device));
  });

  it('do not take over from each other', async () => {
    const [server] = gateways;
    const own: string[] = [];
    for (const device of DEVICES) if ((await gatewayOf(device, 'GET')) === 'one') own.push(device);
    server?.close().closeAllConnections();
    for (const device of own) expect(await gatewayOf(device, 'PUT'), device).not.toBe('two');
  });
});
