import { request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WHOLE } from '../../runtime/prometheus.ts';
import { ALICE, basic, FORM, openQueryProxy, type QueryProxyAtDouble } from '../../test/query-proxy-at-double.ts';
import { CONCURRENT_QUERIES, createLabelProxy } from './label-proxy.ts';
import { MAX_FORM_BYTES } from './query-proxy.ts';

let proxy: QueryProxyAtDouble;
beforeAll(async () => {
  proxy = await openQueryProxy();
});
beforeEach(() => {
  proxy.forget();
  proxy.pass(3_600_000);
});
afterAll(() => proxy.close());

describe('the readers’ proxy', () => {
  it('passes a query on as the user of the token, and the answer back as it is', async () => {
    const answer = await proxy.ask('/api/v1/query?query=up%7Ba%3D%22b%22%7D&time=5');
    expect(answer).toEqual({ status: 422, text: '{"status":"error"}' });
    expect(proxy.seen).toHaveLength(1);
    expect(proxy.seen[0]).toMatchObject({ method: 'POST', url: '/below/api/v1/query' });
    expect(proxy.seen[0]?.headers['x-flowcollect-user']).toBe('alice');
    expect(Object.fromEntries(new URLSearchParams(proxy.seen[0]?.body))).toEqual({
      query: 'up{a="b"}',
      time: '5',
      ...WHOLE,
    });
  });

  it('passes a name in Chinese on byte by byte', async () => {
    await proxy.ask('/api/v1/labels', { headers: { authorization: basic('小明', 'two') } });
    const header = String(proxy.seen[0]?.headers['x-flowcollect-user']);
    expect(Buffer.from(header, 'latin1').toString('utf8')).toBe('小明');
  });

  it('takes forms, and matchers as many as there are', async () => {
    const body = 'match[]=a&match[]=b&start=1';
    await proxy.ask('/api/v1/series?match[]=c', { method: 'POST', headers: { 'content-type': FORM }, body });
    expect(new URLSearchParams(proxy.seen[0]?.body).getAll('match[]').sort()).toEqual(['a', 'b', 'c']);
    await proxy.ask('/api/v1/label/node/values?match[]=a');
    const whole = new URLSearchParams(WHOLE).toString();
    const url = `/below/api/v1/label/node/values?match%5B%5D=a&${whole}`;
    expect(proxy.seen[1]).toMatchObject({ method: 'GET', url });
  });

  it('passes on none of the client’s headers and no parameter that the route does not take', async () => {
    await proxy.ask('/api/v1/query?query=up&user=bob&match[]=x&Query=y&tenant=bob&partial_response=true', {
      headers: {
        'x-flowcollect-user': ['bob', 'carol'],
        X_FlowCollect_User: 'bob',
        connection: 'x-flowcollect-user, close',
        cookie: 'a=b',
        'x-forwarded-for': '10.0.0.1',
        'x-http-method-override': 'DELETE',
      },
    });
    expect(proxy.seen[0]?.headers['x-flowcollect-user']).toBe('alice');
    expect(
      proxy.seen[0]?.raw.filter((each) => /bob|carol|forwarded|cookie|authorization|override/i.test(each)),
    ).toEqual([]);
    expect(proxy.seen[0]?.body).toBe(`query=up&${new URLSearchParams(WHOLE)}`);
  });

  it('refuses what is given twice, and a query that is missing', async () => {
    const post = (path: string, body: string) =>
      proxy.ask(path, { method: 'POST', headers: { 'content-type': FORM }, body });
    expect((await post('/api/v1/query?query=up', 'query=down')).status).toBe(400);
    expect((await proxy.ask('/api/v1/query?query=up&query=down')).status).toBe(400);
    expect((await proxy.ask('/api/v1/query_range?query=up&start=1&start=2')).status).toBe(400);
    expect((await proxy.ask('/api/v1/query?match[]=up')).text).toContain('"query\\" is missing');
    expect(proxy.seen).toEqual([]);
  });

  it('takes no other kind of body, and none without end', async () => {
    const post = (type: string, body: string | Buffer, more = {}) =>
      proxy.ask('/api/v1/query', { method: 'POST', headers: { 'content-type': type, ...more }, body });
    expect((await post('multipart/form-data; boundary=x', '--x\r\n')).status).toBe(415);
    expect((await post('application/json', '{"query":"up"}')).status).toBe(415);
    expect((await post(FORM, 'query=up', { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post(FORM, Buffer.alloc(MAX_FORM_BYTES + 1, 'a'))).status).toBe(413);
    expect(proxy.seen).toEqual([]);
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
      expect((await proxy.ask(path, { method, headers: { 'content-type': FORM } })).status).toBe(404);
    }
    expect(proxy.seen).toEqual([]);
  });

  it('names the user of the token whatever else is asked (1,000 requests)', async () => {
    const name = fc.constantFrom('query', 'match[]', 'user', 'time', 'X-FlowCollect-User', 'tenant', '');
    const parameter = fc.tuple(name, fc.string({ unit: 'binary', maxLength: 20 }));
    const path = fc.constantFrom('/api/v1/query', '/api/v1/query_range', '/api/v1/series', '/api/v1/label/a/values');
    await fc.assert(
      fc.asyncProperty(path, fc.array(parameter, { maxLength: 6 }), fc.boolean(), async (route, given, post) => {
        proxy.forget();
        const text = new URLSearchParams(given).toString();
        await (post
          ? proxy.ask(route, {
              method: 'POST',
              headers: { 'content-type': FORM, 'X-FlowCollect-User': 'bob' },
              body: text,
            })
          : proxy.ask(`${route}?${text}`, { headers: { 'X-FlowCollect-User': 'bob' } }));
        for (const { headers, body, url, raw } of proxy.seen) {
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

it('says so when prom-label-proxy is down, without its address', async () => {
  const closed = await openQueryProxy(createLabelProxy('http://127.0.0.1:1'));
  const { status, text } = await closed.ask('/api/v1/query?query=up');
  await closed.close();
  expect(status).toBe(503);
  expect(JSON.parse(text)).toMatchObject({ status: 'error', errorType: 'prometheus_down' });
  expect(text).not.toContain('127.0.0.1');
});

it('ends the question when the reader goes away', async () => {
  const went: string[] = [];
  const { port, close } = await openQueryProxy({
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
  });
  const asked = request({ port, host: '127.0.0.1', path: '/api/v1/labels', headers: { authorization: ALICE } });
  asked.on('error', () => undefined).end();
  await vi.waitFor(() => expect(went).toEqual(['asked']), 5000);
  asked.destroy();
  await vi.waitFor(() => expect(went).toEqual(['asked', 'ended']), 5000);
  await close();
});

it('keeps nobody waiting for what one user alone asks', async () => {
  const asked: string[] = [];
  let answerAlice = (): void => {};
  const slowly = new Promise<void>((resolve) => {
    answerAlice = resolve;
  });
  const patient = await openQueryProxy({
    async ask(user) {
      asked.push(user);
      if (user === 'alice') await slowly;
      return { kind: 'refused', code: 'prometheus_down', message: 'gone' };
    },
    close: () => Promise.resolve(),
  });
  const slow = Array.from({ length: 2 * CONCURRENT_QUERIES }, () => patient.ask('/api/v1/query?query=slow'));
  await vi.waitFor(() => expect(asked).toHaveLength(CONCURRENT_QUERIES / 2));
  const other = await patient.ask('/api/v1/query?query=up', { headers: { authorization: basic('小明', 'two') } });
  expect(other.text).toContain('gone');
  expect(asked.filter((user) => user === 'alice')).toHaveLength(CONCURRENT_QUERIES / 2);
  answerAlice();
  await Promise.all(slow);
  expect(asked).toHaveLength(2 * CONCURRENT_QUERIES + 1);
  await patient.close();
});
