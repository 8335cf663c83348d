import { expect, it } from 'vitest';
import { ListenError, listenHttp, parseListenPort, unusable } from './http-listener.ts';

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

it('says in Chinese which file that setting stands in', () => {
  const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
  expect(unusable('127.0.0.1:80', taken, '[server] ListenPort in a.ini')).toEqual([
    '127.0.0.1:80 已被其他程序占用，请修改 a.ini 中的 [server] ListenPort',
    '127.0.0.1:80 is taken by another program; change [server] ListenPort in a.ini',
  ]);
});

it.each([
  [':1234', { host: '0.0.0.0', port: 1234 }],
  ['1234', { host: '0.0.0.0', port: 1234 }],
  ['127.0.0.1:1234', { host: '127.0.0.1', port: 1234 }],
  ['[::1]:1234', { host: '::1', port: 1234 }],
  ['abc', undefined],
  ['1:2:3', undefined],
  [':99999', undefined],
])('reads %j', (text, address) => {
  expect(parseListenPort(text, '0.0.0.0')).toEqual(address);
});
