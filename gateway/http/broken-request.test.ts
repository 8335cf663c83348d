import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type HttpListener, listenHttp } from '../../runtime/http-listener.ts';
import { answerBroken } from './broken-request.ts';

let listener: HttpListener | undefined;
afterEach(() => listener?.close());

async function say(text: string): Promise<string> {
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  const limits = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 };
  listener = await listenHttp((_, response) => response.end(), address, limits);
  listener.server.on('clientError', answerBroken);
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
