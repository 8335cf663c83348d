import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorCode } from './error-code.ts';
import { type HttpListener, isDone, listenHttp, requestHttp } from './http.ts';

let listener: HttpListener;
let asked: string[];
beforeEach(async () => {
  asked = [];
  listener = await listenHttp(
    async (request, response) => {
      const { method, url, headers } = request;
      asked.push([method, url, headers.authorization, headers['content-type'], await text(request)].join(' '));
      if (url === '/silent') return;
      response.writeHead(url === '/moved' ? 307 : 200, { location: '/elsewhere', date: 'today' }).end('said');
    },
    { host: '127.0.0.1', port: 0, setting: 'none' },
  );
});
afterEach(() => {
  listener.server.closeAllConnections();
  return listener.close();
});

const timeout = 60_000;

it('sends a form or JSON, and reads the answer', async () => {
  const sent = { method: 'POST', headers: { authorization: 'x' }, timeout } as const;
  const answer = await requestHttp(`${listener.origin}/`, { ...sent, form: { a: 'b c' } });
  expect(answer).toMatchObject({ status: 200, text: 'said' });
  expect([answer.header('date'), answer.header('x-none')]).toEqual(['today', undefined]);
  await requestHttp(`${listener.origin}/`, { ...sent, json: { a: 1 } });
  expect(asked).toEqual([
    'POST / x application/x-www-form-urlencoded;charset=UTF-8 a=b+c',
    'POST / x application/json {"a":1}',
  ]);
});

it('takes a token to nobody that a redirect names, unless it is to follow', async () => {
  const answer = await requestHttp(`${listener.origin}/moved`, { headers: { authorization: 'x' }, timeout });
  expect([answer.status, isDone(answer), asked]).toEqual([307, false, ['GET /moved x  ']]);
  expect(isDone(await requestHttp(`${listener.origin}/moved`, { timeout, follow: true }))).toBe(true);
});

it('says where there was no answer in time, and nothing of the address but its origin', async () => {
  const late = requestHttp(`${listener.origin}/silent`, { timeout: 50 });
  await expect(late).rejects.toThrow(`${listener.origin} does not answer (TimeoutError)`);
  const ended = requestHttp(`${listener.origin}/silent`, { timeout, signal: AbortSignal.abort() });
  await expect(ended).rejects.toThrow('AbortError');
  const withPassword = new URL('/hunter2', listener.origin);
  withPassword.username = 'hunter2';
  const { origin } = listener;
  await listener.close();
  for (const address of [`${origin}/hunter2?token=hunter2`, withPassword.href]) {
    const error: unknown = await requestHttp(address, { timeout }).catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain('hunter2');
    expect((error as Error).cause).toBeUndefined();
  }
  expect(errorCode(await requestHttp(origin, { timeout }).catch((thrown: unknown) => thrown))).toBe('ECONNREFUSED');
});
