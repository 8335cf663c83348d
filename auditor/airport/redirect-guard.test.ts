import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createAirportClient } from './fetch.ts';
import { createRedirectGuard, InwardRedirectError } from './redirect-guard.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'airport.example': ['203.0.113.1'],
  'converter.lan': ['192.168.1.5'],
  'trap.example': ['203.0.113.2', '::ffff:127.0.0.1'],
  'cdn.example': ['198.51.100.3', '2001:db8::3'],
};
const guardOf = (first: string) =>
  createRedirectGuard(first, async (name) => (names[name] ?? []).map((address) => ({ address, family: 4 })));

describe('a redirect of an airport on the internet', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    'localhost.',
    'grafana.localhost',
    '::1',
    '[::1]',
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '172.17.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '2002:7f00:1::',
  ])('is not followed to %s', (host) => {
    expect(() => guardOf('airport.example').follow(host)).toThrow(InwardRedirectError);
  });

  it('is not followed to a name that resolves to this machine, also after one to somewhere else', async () => {
    const guard = guardOf('airport.example');
    await guard.lookup('airport.example', {});
    guard.follow('cdn.example');
    expect(await guard.lookup('cdn.example', {})).toEqual([
      [
        { address: '198.51.100.3', family: 4 },
        { address: '2001:db8::3', family: 4 },
      ],
    ]);
    guard.follow('trap.example');
    await expect(guard.lookup('trap.example', {})).rejects.toThrow(InwardRedirectError);
  });
});

it('takes no name for one of the house that has an address outside of it too', async () => {
  const guard = guardOf('trap.example');
  await guard.lookup('trap.example', {});
  expect(() => guard.follow('127.0.0.1')).toThrow(InwardRedirectError);
});

it('follows an address of the house wherever it leads', async () => {
  for (const first of ['127.0.0.1', 'localhost', '[fd00::1]']) guardOf(first).follow('192.168.1.1');
  const guard = guardOf('converter.lan');
  await guard.lookup('converter.lan', {});
  guard.follow('10.0.0.1');
  guard.follow('trap.example');
  await guard.lookup('trap.example', {});
});

describe('a reader of airports', () => {
  const servers: Server[] = [];
  const listen = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is not led to this machine by an airport behind a proxy, and the reason holds no address', async () => {
    const asked: (string | undefined)[] = [];
    const port = await listen(
      createServer((request, response) => {
        asked.push(request.headers.host);
        if (request.headers.host === 'airport.example') response.writeHead(302, { Location: inside }).end();
        else response.writeHead(200, { 'Subscription-Userinfo': 'upload=1; download=2; total=10' }).end();
      }),
    );
    const inside = `http://127.0.0.1:${port}/-/quit?token=hunter2`;
    const proxy = createServer().on('connect', (_, client: Socket) => {
      const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
      upstream.pipe(client).pipe(upstream);
    });
    const ways = { proxy: `http://127.0.0.1:${await listen(proxy)}` };
    const client = createAirportClient({ clock: () => 1234 });
    expect(await client.read('http://airport.example/sub?token=hunter2', ways)).toEqual({
      known: false,
      at: 1234,
      reasons: [{ code: 'fetch_redirect_inward' }],
    });
    expect(asked).toEqual(['airport.example']);
    expect(await client.read(inside, ways)).toMatchObject({ known: true, reading: { used: 3 } });
  });

  it('follows a converter that is named in the house to a number of the house', async () => {
    const port = await listen(
      createServer((request, response) => {
        if (request.url === '/sub') response.writeHead(302, { Location: `http://127.0.0.1:${port}/end` }).end();
        else response.writeHead(200, { 'Subscription-Userinfo': 'upload=1; download=2; total=10' }).end();
      }),
    );
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const client = createAirportClient({ clock: () => 1234 }, resolve);
    expect(await client.read(`http://converter.lan:${port}/sub`)).toMatchObject({ known: true, reading: { used: 3 } });
  });
});
