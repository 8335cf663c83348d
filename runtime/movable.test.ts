import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listenHttp } from './http.ts';
import { ListenError } from './listen.ts';
import { createMovable } from './movable.ts';

const answer: RequestListener = (_, response) => void response.end('ok');

describe('a listener that moves', () => {
  const open = (address: { host: string; port: number }) => listenHttp(answer, { ...address, setting: 'a' });
  const movable = (handler: RequestListener = answer) =>
    createMovable(async (address: { host: string; port: number }, onClose) => {
      const listener = await listenHttp(handler, { ...address, setting: 'a' });
      onClose(listener.close);
      return listener;
    });
  const text = async (origin: string | undefined) => (await fetch(origin ?? '')).text();

  it('goes to another port, or to another address at the same port, while a request is under way', async () => {
    const listener = movable(() => {});
    await listener.move({ host: '127.0.0.1', port: 0 });
    const port = Number(new URL(listener.running()?.origin ?? '').port);
    const asked = fetch(listener.running()?.origin ?? '').catch(() => 'ended');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await listener.move({ host: '0.0.0.0', port });
    expect([listener.running()?.origin, await asked]).toEqual([`http://0.0.0.0:${port}`, 'ended']);
    await listener.move({ host: '127.0.0.1', port: 0 });
    expect(listener.running()?.origin).not.toContain(`:${port}`);
    await listener.close();
  });

  it('is closed when it cannot go there, twice in a row, and goes back, or there once it can', async () => {
    const listener = movable();
    const places = { host: '127.0.0.1', port: 0 };
    await listener.move(places);
    const taken = await open(places);
    for (const host of ['127.0.0.1', '192.0.2.1']) {
      const before = listener.running()?.origin;
      await expect(listener.move({ host, port: taken.port })).rejects.toBeInstanceOf(ListenError);
      expect(listener.running()).toBeUndefined();
      await expect(text(before)).rejects.toThrow();
      await listener.move(places);
      expect(await text(listener.running()?.origin)).toBe('ok');
    }
    await taken.close();
    await listener.move({ host: '127.0.0.1', port: taken.port });
    expect(await text(listener.running()?.origin)).toBe('ok');
    await listener.close();
  });
});
