import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createAirportClient } from './fetch.ts';

const HEADER = 'upload=1; download=2; total=10; expire=1790000000';
const PATH = '/sub?token=hunter2';
const client = createAirportClient({ clock: () => 1234 });
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
}

const answering = (answer: (response: ServerResponse) => void): Promise<string> =>
  serve((_, response) => answer(response));

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('reading an airport', () => {
  it('asks once, as a Clash client, and hangs up before the body', async () => {
    const requests: string[] = [];
    let hungUp: Promise<unknown> | undefined;
    const url = await serve((request, response) => {
      requests.push(`${request.method} ${request.headers['user-agent']}`);
      hungUp = new Promise((resolve) => response.on('close', resolve));
      response.writeHead(200, { 'Subscription-Userinfo': HEADER });
      // An endless body: whoever waited for its end would never finish.
      response.write('proxies:\n');
    });
    const outcome = await client.read(url);
    await hungUp;
    expect(requests).toEqual(['GET clash.meta/v1.19.23']);
    expect(outcome).toMatchObject({ known: true, reading: { at: 1234, used: 3, quota: 10, expiry: 1790000000 } });
  });

  it.each(['x-amz-meta-subscription-userinfo', 'X-Obs-Meta-Subscription-Userinfo'])(
    'knows the header as %s',
    async (name) => {
      const url = await answering((response) => response.writeHead(200, { [name]: HEADER }).end());
      expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
    },
  );

  it('takes the first of two headers, as Mihomo does', async () => {
    const url = await answering((response) =>
      response
        .writeHead(200, [
          ['Subscription-Userinfo', HEADER],
          ['Subscription-Userinfo', 'upload=5; download=5; total=10'],
        ] as never)
        .end(),
    );
    expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
  });

  it('follows redirects', async () => {
    const target = await answering((response) => response.writeHead(200, { 'Subscription-Userinfo': HEADER }).end());
    const url = await answering((response) => response.writeHead(302, { Location: target }).end());
    expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
  });

  it('takes the header of a redirect where the last answer has none that says something', async () => {
    const carried = await readFile(
      new URL('../../test/written/redirect-302-carries-header.http', import.meta.url),
      'utf8',
    );
    const answers = new Map([
      [PATH, carried.replace(/\r?\n/g, '\r\n')],
      ['/nohdr', 'HTTP/1.1 301 Moved\r\nSubscription-Userinfo:\r\nLocation: /end\r\nContent-Length: 0\r\n\r\n'],
      ['/end', 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nproxies:'],
    ]);
    const url = await serve((request, response) => {
      response.socket?.end(answers.get(request.url ?? '') ?? '');
    });
    expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3000, quota: 107374182400 } });
    answers.set('/end', `HTTP/1.1 200 OK\r\nSubscription-Userinfo: ${HEADER}\r\nContent-Length: 0\r\n\r\n`);
    expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
  });

  it.each(['clash://install-config?url=x', 'http://127.0.0.1:1/', PATH])(
    'takes the header of a redirect to where nobody answers: %s',
    async (location) => {
      const headers = { Location: location, 'Subscription-Userinfo': HEADER };
      const url = await answering((response) => response.writeHead(302, headers).end());
      expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
    },
  );

  it.each([
    ['/订阅/甲?名=乙', '/%E8%AE%A2%E9%98%85/%E7%94%B2?%E5%90%8D=%E4%B9%99'],
    ['订阅', '/%E8%AE%A2%E9%98%85'],
    ['/a%2Fb?c=%E4', '/a%2Fb?c=%E4'],
  ])('follows a redirect to %s as it is written', async (location, wanted) => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url ?? '');
      if (asked.length > 1) response.writeHead(200, { 'Subscription-Userinfo': HEADER }).end();
      else response.writeHead(302, { Location: Buffer.from(location).toString('latin1') }).end();
    });
    expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
    expect(asked).toEqual([PATH, wanted]);
  });

  it('takes a full header next to an empty one', async () => {
    for (const values of [
      ['', HEADER],
      [HEADER, ''],
    ]) {
      const url = await answering((response) =>
        response.writeHead(200, values.map((value) => ['Subscription-Userinfo', value]) as never).end(),
      );
      expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
    }
  });

  it('asks with the headers that the settings name, and again when they change', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push([request.headers['x-hwid'], request.headers['user-agent']]);
      response
        .writeHead(request.headers['x-hwid'] === '1a' ? 200 : 403, {
          'Subscription-Userinfo': request.headers['x-hwid'] === '1a' ? HEADER : '',
        })
        .end();
    });
    expect(await client.read(url)).toMatchObject({ known: false });
    expect(
      await client.read(url, {
        headers: [
          ['X-HWID', '1a'],
          ['User-Agent', 'Happ/1'],
        ],
      }),
    ).toMatchObject({ known: true });
    expect(seen).toEqual([
      [undefined, 'clash.meta/v1.19.23'],
      ['1a', 'Happ/1'],
    ]);
  });

  it('takes a header that comes with a refusal', async () => {
    const url = await answering((response) => response.writeHead(403, { 'Subscription-Userinfo': HEADER }).end());
    expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
  });

  it('knows the next reset from the refill date', async () => {
    const url = await answering((response) =>
      response.writeHead(200, { 'Subscription-Userinfo': HEADER, 'Subscription-Refill-Date': '1786309200' }).end(),
    );
    expect(await client.read(url)).toMatchObject({ reading: { reset: 1786309200 } });
  });

  it.each([
    ['plain', (text: string) => [{}, text] as const],
    ['gzip', (text: string) => [{ 'Content-Encoding': 'gzip' }, gzipSync(text)] as const],
  ])('looks for the line of a %s body when the header is missing', async (_, pack) => {
    const [headers, body] = pack(`#profile-title: x\n#subscription-userinfo: ${HEADER}\nvless://…`);
    const url = await answering((response) => response.writeHead(200, headers).end(body));
    expect(await client.read(url)).toMatchObject({ known: true, reading: { used: 3 } });
  });

  it('finds the status line in a base64 body', async () => {
    const body = Buffer.from('STATUS=🚀↑:1.2GB,↓:3.4GB,TOT:100GB💡Expires:N/A\nss://…').toString('base64');
    const url = await answering((response) => response.end(body));
    expect(await client.read(url)).toMatchObject({ known: true, reading: { quota: 100 * 2 ** 30 } });
  });
});

describe('an airport that does not say', () => {
  const cases: [string, (response: ServerResponse) => void, object][] = [
    ['no header', (response) => response.end('proxies: []'), { code: 'header_missing' }],
    ['an empty body', (response) => response.writeHead(200, { 'Content-Length': '0' }).end(), { code: 'http_empty' }],
    [
      'garbage',
      (response) => response.writeHead(200, { 'Subscription-Userinfo': '<html>' }).end(),
      { code: 'header_garbage' },
    ],
    [
      'an empty header',
      (response) => response.writeHead(200, { 'Subscription-Userinfo': '' }).end(),
      { code: 'header_empty' },
    ],
    ['403', (response) => response.writeHead(403).end('forbidden'), { code: 'http_forbidden', detail: '403' }],
    ['a token that is none', (response) => response.writeHead(403).end('token is error'), { code: 'link_spent' }],
    ['500', (response) => response.writeHead(500).end(), { code: 'http_status', detail: '500' }],
    ['a reset connection', (response) => response.destroy(), { code: 'fetch_failed', detail: 'ECONNRESET' }],
  ];
  it.each(cases)('is unknown, with the reason: %s', async (_, answer, expected) => {
    const outcome = await client.read(await answering(answer));
    expect(outcome).toMatchObject({ known: false, at: 1234 });
    expect(outcome.known ? [] : outcome.reasons).toContainEqual(expect.objectContaining(expected));
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  it('says how long it wants to be left alone, and is', async () => {
    let asked = 0;
    const url = await answering((response) => {
      asked += 1;
      response.writeHead(429, { 'Retry-After': '120' }).end();
    });
    expect(await client.read(url)).toMatchObject({
      known: false,
      reasons: [{ code: 'http_rate_limited' }],
      retryAfter: 120_000,
    });
    expect(await client.read(url)).toMatchObject({ known: false, reasons: [{ code: 'http_rate_limited' }] });
    expect(asked).toBe(1);
  });

  it('may say until when as a date', async () => {
    const now = Date.parse('2026-11-24T12:00:00Z');
    const until = 'Tue, 24 Nov 2026 12:05:00 GMT';
    const url = await answering((response) => response.writeHead(503, { 'Retry-After': until }).end());
    expect(await createAirportClient({ clock: () => now }).read(url)).toMatchObject({ retryAfter: 300_000 });
  });

  it('is left alone for longer with every refusal in a row', async () => {
    let [now, asked] = [0, 0];
    const patient = createAirportClient({ clock: () => now });
    const url = await answering((response) => {
      asked += 1;
      response.writeHead(404).end();
    });
    const askedWithin = async (hours: number): Promise<number> => {
      const before = asked;
      for (const end = now + hours * 3_600_000; now < end; now += 300_000) {
        expect(await patient.read(url)).toMatchObject({
          known: false,
          reasons: [{ code: 'http_status', detail: '404' }],
        });
      }
      return asked - before;
    };
    expect([await askedWithin(1), await askedWithin(6), await askedWithin(24)]).toEqual([1, 1, 1]);
    expect(await askedWithin(48)).toBe(2);
    await patient.read(url, { userAgent: 'another' });
    expect(asked).toBe(6);
  });

  it('is not followed in circles', async () => {
    const url = await answering((response) => response.writeHead(302, { Location: PATH }).end());
    expect(await client.read(url)).toMatchObject({ known: false, reasons: [{ code: 'fetch_redirects' }] });
  });

  it('is named as down when nothing listens', async () => {
    const url = await answering((response) => response.end());
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await client.read(url)).toMatchObject({ known: false, reasons: [{ code: 'fetch_refused' }] });
  });
});
