import { describe, expect, it } from 'vitest';
import { listenHttp } from './http-listener.ts';
import { createMovableListener, ListenError, unusable } from './movable-listener.ts';

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

describe('a listener that moves', () => {
  const open = (address: { host: string; port: number }) => listenHttp(answer, { ...address, setting: 'a' });
  const text = async (origin: string | undefined) => (await fetch(origin ?? '')).text();

  it('goes to another port, or to another address at the same port, while a request is under way', async () => {
    const listener = createMovableListener((address: { host: string; port: number }) =>
      listenHttp(() => {}, { ...address, setting: 'a' }),
    );
    await listener.move({ host: '127.0.0.1', port: 0 });
    const port = Number(new URL(listener.origin() ?? '').port);
    const asked = fetch(listener.origin() ?? '').catch(() => 'ended');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await listener.move({ host: '0.0.0.0', port });
    expect([listener.origin(), await asked]).toEqual([`http://0.0.0.0:${port}`, 'ended']);
    await listener.move({ host: '127.0.0.1', port: 0 });
    expect(listener.origin()).not.toContain(`:${port}`);
    await listener.close();
  });

  it('stays where it is when it cannot go there, twice in a row, and goes there once it can', async () => {
    const listener = createMovableListener(open);
    const free = await open({ host: '127.0.0.1', port: 0 });
    await free.close();
    const { port } = free;
    await listener.move({ host: '127.0.0.1', port });
    const before = listener.origin();
    const taken = await open({ host: '127.0.0.1', port: 0 });
    for (const bad of [taken, { port }, taken]) {
      const move = listener.move({ host: bad === taken ? '127.0.0.1' : '192.0.2.1', port: bad.port });
      await expect(move).rejects.toBeInstanceOf(ListenError);
      expect([listener.origin(), await text(before)]).toEqual([before, 'ok']);
    }
    await taken.close();
    await listener.move({ host: '127.0.0.1', port: taken.port });
    expect(await text(listener.origin())).toBe('ok');
    await expect(text(before)).rejects.toThrow();
    await listener.close();
  });
});

it('says in Chinese which file that setting is in', () => {
  const taken = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
  expect(unusable('127.0.0.1:80', taken, '[server] ListenPort in a.ini')).toEqual({
    zh: '127.0.0.1:80 已被其他程序占用，请修改 a.ini 中的 [server] ListenPort',
    en: '127.0.0.1:80 is taken by another program; change [server] ListenPort in a.ini',
  });
});
