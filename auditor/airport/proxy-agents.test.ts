import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, get } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoopbackProxy, startHttpProxy, startSocksProxy } from '../../test/proxies.ts';
import { freePort } from '../../test/real-parts.ts';
import { createAirportClient } from './fetch.ts';
import { proxyAgent } from './proxy-agents.ts';

const HEADER = 'upload=1; download=2; total=10; expire=1790000000';
const SIGN_IN = 'me:hunter2@%';
const USER_INFO = 'me:hunter2%40%25';
const client = createAirportClient({ clock: () => 1234 });
const certificate = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../test/certificates/${name}`, import.meta.url)), 'utf8');

let airport: Server;
let port: number;
let proxy: LoopbackProxy | undefined;

beforeEach(async () => {
  airport = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { Location: '/sub' }).end();
    else response.writeHead(200, { 'Subscription-Userinfo': HEADER }).end('proxies: []');
  });
  await new Promise<void>((resolve) => airport.listen(0, '127.0.0.1', resolve));
  port = (airport.address() as AddressInfo).port;
});
afterEach(async () => {
  airport.closeAllConnections();
  await new Promise((resolve) => airport.close(resolve));
  await proxy?.close();
  proxy = undefined;
});

const kinds = [
  ['http', startHttpProxy],
  ['socks5', startSocksProxy],
] as const;

describe.each(kinds)('an airport behind a proxy of %s', (scheme, start) => {
  it('is read through it, redirects too, by the name it goes by', async () => {
    proxy = await start();
    const ways = { proxy: `${scheme}://127.0.0.1:${proxy.port}` };
    expect(await client.read(`http://localhost:${port}/moved`, ways)).toMatchObject({ reading: { used: 3 } });
    expect(proxy.asked).toEqual([`localhost:${port}`, `localhost:${port}`]);
  });

  it('is read with the name and password of the address', async () => {
    proxy = await start(SIGN_IN);
    const ways = { proxy: `${scheme}://${USER_INFO}@127.0.0.1:${proxy.port}` };
    expect(await client.read(`http://127.0.0.1:${port}/sub`, ways)).toMatchObject({ reading: { used: 3 } });
  });

  it('keeps its TLS to itself', async () => {
    const [key, cert] = [await certificate('kernel.key'), await certificate('kernel.crt')];
    const secure = createTlsServer({ key, cert }, (_, response) => response.end('through'));
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    proxy = await start();
    const agent = proxyAgent(`${scheme}://127.0.0.1:${proxy.port}`, AbortSignal.timeout(20_000));
    const url = `https://localhost:${(secure.address() as AddressInfo).port}/`;
    const body = await new Promise<string>((resolve, reject) => {
      get(url, { agent, ca: cert }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).on('error', reject);
    });
    expect(body).toBe('through');
    const untrusted = await client.read(url, { proxy: `${scheme}://127.0.0.1:${proxy.port}` });
    expect(untrusted).toMatchObject({ reasons: [{ code: 'fetch_tls' }] });
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });

  it('is not blamed where the proxy is down, wants another sign-in, or finds no way', async () => {
    proxy = await start(SIGN_IN);
    const reasonOf = async (userInfo: string, at: number, target: number) => {
      const outcome = await client.read(`http://127.0.0.1:${target}/sub?token=hunter3`, {
        proxy: `${scheme}://${userInfo}127.0.0.1:${at}`,
      });
      expect(JSON.stringify(outcome)).not.toMatch(/hunter/);
      return outcome.known ? undefined : outcome.reasons[0];
    };
    const down = await freePort();
    expect(await reasonOf(`${USER_INFO}@`, down, port)).toEqual({
      code: 'proxy_unreachable',
      detail: `127.0.0.1:${down} (ECONNREFUSED)`,
    });
    expect(await reasonOf('me:hunter1@', proxy.port, port)).toMatchObject({ code: 'proxy_sign_in' });
    expect(await reasonOf('', proxy.port, port)).toMatchObject({ code: 'proxy_sign_in' });
    expect(await reasonOf(`${USER_INFO}@`, proxy.port, await freePort())).toEqual({
      code: 'proxy_no_route',
      detail: scheme === 'http' ? 'HTTP 502' : 'SOCKS ConnectionRefused',
    });
    expect(await reasonOf(`${USER_INFO}@`, port, port)).toEqual({
      code: 'proxy_unreachable',
      detail: `127.0.0.1:${port} (no answer of a proxy)`,
    });
  });

  it('is not blamed where the proxy hangs up', async () => {
    const closing = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const address = `${scheme}://127.0.0.1:${(closing.address() as AddressInfo).port}`;
    const outcome = await client.read(`http://127.0.0.1:${port}/sub`, { proxy: address });
    expect(outcome).toMatchObject({ known: false, reasons: [{ code: 'proxy_unreachable' }] });
    await new Promise((resolve) => closing.close(resolve));
  });
});
