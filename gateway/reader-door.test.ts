import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { type HttpListener, listenHttp } from '../runtime/http-listener.ts';
import { createLogger } from '../runtime/logger.ts';
import { FREE_FAILURES } from './guess-limit.ts';
import { createLabelProxy, type LabelProxy } from './label-proxy.ts';
import { createReaderDoor } from './reader-door.ts';
import { MAX_FORM_BYTES } from './reader-form.ts';
import { hashToken } from './tokens.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: string;
}

const FORM = 'application/x-www-form-urlencoded';
const basic = (user: string, token: string) => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
const ALICE = basic('alice', 'one');

let behind: Server;
let labelProxy: LabelProxy;
let door: HttpListener;
let seen: Seen[];
let lines: string[];
let now: number;
let readers = [
  { user: 'alice', hash: hashToken('one') },
  { user: '小明', hash: hashToken('two') },
];

async function open(): Promise<void> {
  const clock = { ...systemClock, now: () => now };
  const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  door = await listenHttp(createReaderDoor({ labelProxy, clock, logger, readers: () => readers }), address);
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

/** Not fetch, which would tidy the path. */
function ask(
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      // On a connection of its own: one that is kept may be closed by the door while this process is busy.
      { port: door.port, host: '127.0.0.1', path, method, headers: { authorization: ALICE, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    asked.on('error', reject).end(body);
  });
}

beforeAll(async () => {
  behind = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = incoming;
      seen.push({ method, url, headers, raw: rawHeaders, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(422, { 'content-type': 'application/json', 'set-cookie': 'a=b' }).end('{"status":"error"}');
    });
  });
  await new Promise<void>((resolve) => {
    behind.listen(0, '127.0.0.1', resolve);
  });
  labelProxy = createLabelProxy(`http://127.0.0.1:${(behind.address() as AddressInfo).port}/below`);
  now = 0;
  lines = [];
  await open();
});
beforeEach(() => {
  [seen, lines, now] = [[], [], now + 3_600_000];
});
afterAll(async () => {
  await door.close();
  await labelProxy.close();
  behind.close();
});

describe('the readers’ door', () => {
  it('passes a query on as the user of the token, and the answer back as it is', async () => {
    const answer = await ask('/api/v1/query?query=up%7Ba%3D%22b%22%7D&time=5');
    expect(answer).toEqual({ status: 422, text: '{"status":"error"}' });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/below/api/v1/query' });
    expect(seen[0]?.headers['x-flowcollect-user']).toBe('alice');
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({ query: 'up{a="b"}', time: '5' });
  });

  it('passes a name in Chinese on byte by byte', async () => {
    await ask('/api/v1/labels', { headers: { authorization: basic('小明', 'two') } });
    const header = String(seen[0]?.headers['x-flowcollect-user']);
    expect(Buffer.from(header, 'latin1').toString('utf8')).toBe('小明');
  });

  it('takes forms, and matchers as many as there are', async () => {
    const body = 'match[]=a&match[]=b&start=1';
    await ask('/api/v1/series?match[]=c', { method: 'POST', headers: { 'content-type': FORM }, body });
    expect(new URLSearchParams(seen[0]?.body).getAll('match[]').sort()).toEqual(['a', 'b', 'c']);
    await ask('/api/v1/label/node/values?match[]=a');
    expect(seen[1]).toMatchObject({ method: 'GET', url: '/below/api/v1/label/node/values?match%5B%5D=a' });
  });

  it('passes on none of the client’s headers and no parameter that the route does not take', async () => {
    await ask('/api/v1/query?query=up&user=bob&match[]=x&Query=y&tenant=bob', {
      headers: {
        'x-flowcollect-user': ['bob', 'carol'],
        X_FlowCollect_User: 'bob',
        connection: 'x-flowcollect-user, close',
        cookie: 'a=b',
        'x-forwarded-for': '10.0.0.1',
        'x-http-method-override': 'DELETE',
      },
    });
    expect(seen[0]?.headers['x-flowcollect-user']).toBe('alice');
    expect(seen[0]?.raw.filter((each) => /bob|carol|forwarded|cookie|authorization|override/i.test(each))).toEqual([]);
    expect(seen[0]?.body).toBe('query=up');
  });

  it('refuses what is given twice, and a query that is missing', async () => {
    const post = (path: string, body: string) => ask(path, { method: 'POST', headers: { 'content-type': FORM }, body });
    expect((await post('/api/v1/query?query=up', 'query=down')).status).toBe(400);
    expect((await ask('/api/v1/query?query=up&query=down')).status).toBe(400);
    expect((await ask('/api/v1/query_range?query=up&start=1&start=2')).status).toBe(400);
    expect((await ask('/api/v1/query?match[]=up')).text).toContain('"query\\" is missing');
    expect(seen).toEqual([]);
  });

  it('takes no other kind of body, and none without end', async () => {
    const post = (type: string, body: string | Buffer, more = {}) =>
      ask('/api/v1/query', { method: 'POST', headers: { 'content-type': type, ...more }, body });
    expect((await post('multipart/form-data; boundary=x', '--x\r\n')).status).toBe(415);
    expect((await post('application/json', '{"query":"up"}')).status).toBe(415);
    expect((await post(FORM, 'query=up', { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post(FORM, Buffer.alloc(MAX_FORM_BYTES + 1, 'a'))).status).toBe(413);
    expect(seen).toEqual([]);
  });

  it.each([
    '/',
    '/federate?match[]=up',
    '/metrics',
    '/graph',
    '/api/v1/metadata',
    '/api/v1/rules',
    '/api/v1/alerts',
    '/api/v1/targets',
    '/api/v1/targets/metadata',
    '/api/v1/alertmanagers',
    '/api/v1/query_exemplars?query=up',
    '/api/v1/format_query?query=up',
    '/api/v1/parse_query?query=up',
    '/api/v1/status/tsdb',
    '/api/v1/status/config',
    '/api/v1/status/flags',
    '/api/v1/status/runtimeinfo',
    '/api/v1/read',
    '/api/v1/write',
    '/api/v1/otlp/v1/metrics',
    '/api/v1/admin/tsdb/snapshot',
    '/api/v2/silences',
    '/api/v2/alerts',
    '/healthz',
    '/-/reload',
    '/-/quit',
    '/api/v1/query/',
    '//api/v1/query?query=up',
    '/api/v1/../v1/query?query=up',
    '/api/v1/query%2f?query=up',
    '/api/v1/%71uery?query=up',
    '/API/v1/query?query=up',
    '/api/v1/query;x=1?query=up',
    '/api/v1/label/user/values/',
    '/api/v1/label/user%2fvalues/values',
    '/api/v1/label/../../v1/status/tsdb?x=/values',
    '/api/v1/label//values',
    'http://127.0.0.1:9090/api/v1/query?query=up',
  ])('has no route %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      expect((await ask(path, { method, headers: { 'content-type': FORM } })).status).toBe(404);
    }
    expect(seen).toEqual([]);
  });

  it('names the user of the token whatever else is asked (1,000 requests)', async () => {
    const name = fc.constantFrom('query', 'match[]', 'user', 'time', 'X-FlowCollect-User', 'tenant', '');
    const parameter = fc.tuple(name, fc.string({ unit: 'binary', maxLength: 20 }));
    const path = fc.constantFrom('/api/v1/query', '/api/v1/query_range', '/api/v1/series', '/api/v1/label/a/values');
    await fc.assert(
      fc.asyncProperty(path, fc.array(parameter, { maxLength: 6 }), fc.boolean(), async (route, given, post) => {
        seen = [];
        const text = new URLSearchParams(given).toString();
        await (post
          ? ask(route, { method: 'POST', headers: { 'content-type': FORM, 'X-FlowCollect-User': 'bob' }, body: text })
          : ask(`${route}?${text}`, { headers: { 'X-FlowCollect-User': 'bob' } }));
        for (const { headers, body, url, raw } of seen) {
          expect(headers['x-flowcollect-user']).toBe('alice');
          expect(raw.filter((each) => each.toLowerCase() === 'x-flowcollect-user')).toHaveLength(1);
          const forwarded = new URLSearchParams(body === '' ? url.split('?')[1] : body);
          expect([...forwarded.keys()].filter((each) => each === 'query').length).toBeLessThanOrEqual(1);
          expect(forwarded.has('user')).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});

describe('who may read', () => {
  const statusWith = async (authorization: string) =>
    (await ask('/api/v1/labels', { headers: { authorization } })).status;

  it('is who shows the token of the user that they name', async () => {
    expect(await statusWith(basic('alice', 'one'))).toBe(422);
    for (const wrong of [
      basic('alice', 'two'),
      basic('小明', 'one'),
      basic('bob', 'one'),
      basic('', 'one'),
      basic('alice', ''),
      basic('alice ', 'one'),
      basic('Alice', 'one'),
      'Bearer one',
      'Basic !!!',
      `Basic ${Buffer.from('alice').toString('base64')}`,
    ]) {
      expect(await statusWith(wrong), wrong).toBe(401);
    }
    expect(seen).toHaveLength(1);
    expect(lines.join()).not.toContain('"one"');
  });

  it('learns nothing of routes without a token', async () => {
    const strange = { headers: { authorization: 'Bearer one' } };
    expect([(await ask('/federate', strange)).status, (await ask('/api/v1/query', strange)).status]).toEqual([
      401, 401,
    ]);
  });

  it('is slowed down after many wrong tokens, without keeping other users of the same Grafana out', async () => {
    for (let failure = 0; failure < FREE_FAILURES; failure += 1) await statusWith(basic('alice', 'wrong'));
    expect(await statusWith(basic('alice', 'one'))).toBe(429);
    expect(await statusWith(basic('小明', 'two'))).toBe(422);
    now += 60_000;
    expect(await statusWith(basic('alice', 'one'))).toBe(422);
  });

  it('ends with the token', async () => {
    const before = readers;
    readers = [];
    expect(await statusWith(ALICE)).toBe(401);
    readers = before;
    expect(await statusWith(ALICE)).toBe(422);
  });
});

it('says so when prom-label-proxy is down, without its address', async () => {
  const [before, open] = [labelProxy, door];
  labelProxy = createLabelProxy('http://127.0.0.1:1');
  const logger = createLogger('test', 'silent');
  const options = { labelProxy, clock: systemClock, logger, readers: () => readers };
  door = await listenHttp(createReaderDoor(options), { host: '127.0.0.1', port: 0, setting: 'none' });
  const { status, text } = await ask('/api/v1/query?query=up');
  await door.close();
  await labelProxy.close();
  [labelProxy, door] = [before, open];
  expect(status).toBe(503);
  expect(JSON.parse(text)).toMatchObject({ status: 'error', errorType: 'prometheus_down' });
  expect(text).not.toContain('127.0.0.1');
});

it('ends the question when the reader goes away', async () => {
  const went: string[] = [];
  const slow: LabelProxy = {
    ask: (_user, _question, signal) => {
      went.push('asked');
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          went.push('ended');
          resolve({ kind: 'refused', code: 'prometheus_down', message: 'ended' });
        });
      });
    },
    close: async () => undefined,
  };
  const options = {
    labelProxy: slow,
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    readers: () => readers,
  };
  const { port, close } = await listenHttp(createReaderDoor(options), { host: '127.0.0.1', port: 0, setting: 'none' });
  const asked = request({ port, host: '127.0.0.1', path: '/api/v1/labels', headers: { authorization: ALICE } });
  asked.on('error', () => undefined).end();
  await vi.waitFor(() => expect(went).toEqual(['asked']), 5000);
  asked.destroy();
  await vi.waitFor(() => expect(went).toEqual(['asked', 'ended']), 5000);
  await close();
});
