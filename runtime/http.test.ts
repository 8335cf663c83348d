import { request } from 'node:http';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseExposition } from '../core/exposition-parser.ts';
import { isOwnHost, type ServicePages } from '../core/pages.ts';
import {
  ACCEPTED_FOR_MS,
  type AuthRateLimiter,
  createAuthRateLimiter,
  createPagesListener,
  FORGIVEN_AFTER_MS,
  FREE_FAILURES,
  type HttpListener,
  listenHttp,
} from './http.ts';
import { ListenError, unusable } from './listen.ts';

const answer = (_: unknown, response: { end(text: string): void }): void => response.end('ok');

it('listens on a port that the system chooses and stops', async () => {
  const listener = await listenHttp(answer, { host: '127.0.0.1', port: 0, setting: 'ListenPort' });
  expect(await (await fetch(listener.origin)).text()).toBe('ok');
  await listener.close();
  await expect(fetch(listener.origin)).rejects.toThrow();
});

it('names the setting that moves a taken port', async () => {
  const first = await listenHttp(answer, { host: '127.0.0.1', port: 0, setting: 'a' });
  const second = listenHttp(answer, { host: '127.0.0.1', port: first.port, setting: '[server] ListenPort' });
  await expect(second).rejects.toThrow(
    `127.0.0.1:${first.port} is taken by another program; change [server] ListenPort`,
  );
  await expect(second).rejects.toBeInstanceOf(ListenError);
  await first.close();
});

it('says in Chinese which file that setting is in', () => {
  const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
  expect(unusable('127.0.0.1:80', taken, '[server] ListenPort in a.ini')).toEqual({
    zh: '127.0.0.1:80 已被其他程序占用，请修改 a.ini 中的 [server] ListenPort',
    en: '127.0.0.1:80 is taken by another program; change [server] ListenPort in a.ini',
  });
});

let listener: HttpListener;
let render: () => Promise<string>;
let status: 'ok' | 'degraded' | 'failing';

beforeEach(async () => {
  render = async () => '# HELP flowcollect_up Up.\n# TYPE flowcollect_up gauge\nflowcollect_up 1\n';
  status = 'ok';
  const pages: ServicePages = {
    service: 'auditor',
    version: '1.2.3',
    metrics: () => render(),
    health: () => ({ status, kernel: 'gone' }),
    others: ['/reports'],
  };
  listener = await listenHttp(createPagesListener(pages), { host: '127.0.0.1', port: 0, setting: '' });
});
afterEach(() => listener.close());

const get = (path: string, method = 'GET') => fetch(listener.origin + path, { method });

describe('the pages of a service', () => {
  it('are its metrics with those of its process, whatever the query', async () => {
    const response = await get('/metrics?collect[]=all');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const families = new Map(parseExposition(await response.text()).map((family) => [family.name, family]));
    expect([...families.keys()]).toEqual([
      'flowcollect_up',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
    ]);
    const value = (name: string): number => families.get(name)?.samples[0]?.value ?? Number.NaN;
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(value('process_start_time_seconds') * 1000).toBeLessThan(Date.now());
    expect(value('process_start_time_seconds') * 1000).toBeGreaterThan(Date.now() - 3_600_000);
  });

  it('are its health, which reports its parts and is 503 where it fails', async () => {
    const healths = [];
    for (status of ['ok', 'degraded', 'failing'] as const) {
      const response = await get('/healthz?now');
      healths.push([response.status, await response.json()]);
    }
    expect(healths).toEqual([
      [200, { status: 'ok', kernel: 'gone' }],
      [200, { status: 'degraded', kernel: 'gone' }],
      [503, { status: 'failing', kernel: 'gone' }],
    ]);
  });

  it('begin with one that names the service and leads to the others', async () => {
    const response = await get('/');
    expect(response.headers.get('content-type')).toContain('text/html');
    const text = await response.text();
    expect(text).toContain('FlowCollect auditor 1.2.3');
    for (const path of ['/metrics', '/healthz', '/reports']) expect(text).toContain(`href="${path}"`);
  });

  it.each(['/', '/metrics', '/healthz'])('answer HEAD as GET, without a body: %s', async (path) => {
    const [head, full] = [await get(path, 'HEAD'), await get(path)];
    expect([head.status, head.headers.get('content-type')]).toEqual([200, full.headers.get('content-type')]);
    expect(await head.text()).toBe('');
  });

  it.each([
    ['GET', '/metrics/'],
    ['GET', '/reports'],
    ['GET', '//metrics'],
    ['POST', '/metrics'],
    ['DELETE', '/healthz'],
    ['OPTIONS', '/'],
  ])('are nothing else: %s %s', async (method, path) => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      request(listener.origin, { method, path }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(answer).toBe(404);
  });

  it('say so when the metrics cannot be rendered, and go on', async () => {
    render = () => Promise.reject(new Error('a secret detail'));
    const response = await get('/metrics');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    render = async () => '';
    expect((await get('/metrics')).status).toBe(200);
  });
});

it('is read under addresses, localhost, the machine’s own name and those that the settings name, and no other', () => {
  for (const host of ['127.0.0.1:9101', '[::1]:9101', '192.168.1.2', 'localhost:9101', hostname(), 'NAS.lan:1'])
    expect(isOwnHost(host, [hostname(), 'nas.lan']), host).toBe(true);
  for (const host of ['evil.example:9101', '127.0.0.1.evil.example', 'localhost.evil', '', 'nas.lan.evil'])
    expect(isOwnHost(host, [hostname(), 'nas.lan']), host).toBe(false);
});

describe('the limit on guesses', () => {
  const fail = (limiter: AuthRateLimiter, address: string, now: number, shown?: string) =>
    limiter<never>(address, now, shown, () => undefined);

  it('stops looking at an address that failed too often, and only at that one', () => {
    const limiter = createAuthRateLimiter();
    for (let failure = 0; failure < FREE_FAILURES; failure += 1) expect(fail(limiter, 'a', 0)).toBeUndefined();
    expect([fail(limiter, 'a', 0), fail(limiter, 'b', 0)]).toEqual(['slow_down', undefined]);
    expect(limiter('a', 0, 'good', () => 'alice')).toBe('slow_down');
  });

  it('forgives with time', () => {
    const limiter = createAuthRateLimiter();
    for (let failure = 0; failure < FREE_FAILURES; failure += 1) fail(limiter, 'a', 0);
    expect(fail(limiter, 'a', FORGIVEN_AFTER_MS)).toBeUndefined();
    expect(fail(limiter, 'a', FORGIVEN_AFTER_MS)).toBe('slow_down');
  });

  it('does not shut out an address that failed before its clock was set back', () => {
    const limiter = createAuthRateLimiter();
    for (let failure = 0; failure < FREE_FAILURES; failure += 1) fail(limiter, 'a', 3_600_000);
    expect(fail(limiter, 'a', 0)).toBeUndefined();
  });

  it('never stops ten devices that have a wrong token and try six times a minute each', () => {
    const limiter = createAuthRateLimiter();
    for (let now = 0; now < 3_600_000; now += 1000) expect(fail(limiter, 'home', now)).toBeUndefined();
  });

  it('lets a token that was accepted from the address go on while others there guess, for a day', () => {
    const limiter = createAuthRateLimiter();
    const show = (token: string, now: number) =>
      limiter('home', now, token, () => (token === 'good' ? 'alice' : undefined));
    const guess = (now: number): void => {
      for (let failure = 0; failure < FREE_FAILURES; failure += 1) fail(limiter, 'home', now);
    };
    expect(show('good', 0)).toBe('alice');
    guess(1000);
    expect([show('good', 1000), show('other', 1000)]).toEqual(['alice', 'slow_down']);
    expect([fail(limiter, 'home', 1000), fail(limiter, 'elsewhere', 1000, 'other')]).toEqual(['slow_down', undefined]);
    guess(1000 + ACCEPTED_FOR_MS);
    expect(show('good', 1000 + ACCEPTED_FOR_MS)).toBe('slow_down');
  });
});
