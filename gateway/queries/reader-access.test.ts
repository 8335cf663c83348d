import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCEPTED_FOR_MS, FREE_FAILURES } from '../../runtime/http.ts';
import { ALICE, basic, openQueryProxy, type QueryProxyAtDouble, READERS } from '../../test/query-proxy-at-double.ts';

let proxy: QueryProxyAtDouble;
beforeAll(async () => {
  proxy = await openQueryProxy();
});
beforeEach(() => {
  proxy.forget();
  proxy.pass(3_600_000);
});
afterAll(() => proxy.close());

describe('who may read', () => {
  const statusWith = async (authorization: string) =>
    (await proxy.ask('/api/v1/labels', { headers: { authorization } })).status;

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
    expect(proxy.seen).toHaveLength(1);
    expect(proxy.lines.join()).not.toContain('"one"');
  });

  it('learns nothing of routes without a token', async () => {
    const strange = { headers: { authorization: 'Bearer one' } };
    expect([
      (await proxy.ask('/federate', strange)).status,
      (await proxy.ask('/api/v1/query', strange)).status,
    ]).toEqual([401, 401]);
  });

  it('is slowed down after many wrong tokens, without keeping other users of the same Grafana out', async () => {
    proxy.pass(ACCEPTED_FOR_MS);
    for (let failure = 0; failure < FREE_FAILURES; failure += 1) await statusWith(basic('alice', 'wrong'));
    expect(await statusWith(basic('alice', 'one'))).toBe(429);
    expect(await statusWith(basic('小明', 'two'))).toBe(422);
    proxy.pass(60_000);
    expect(await statusWith(basic('alice', 'one'))).toBe(422);
  });

  it('goes on with a token that was taken in the last day, whoever guesses meanwhile', async () => {
    expect(await statusWith(basic('alice', 'one'))).toBe(422);
    for (let failure = 0; failure < 2 * FREE_FAILURES; failure += 1) await statusWith(basic('alice', 'wrong'));
    expect(await statusWith(basic('alice', 'wrong'))).toBe(429);
    expect(await statusWith(basic('alice', 'one'))).toBe(422);
  });

  it('ends with the token', async () => {
    proxy.know([]);
    expect(await statusWith(ALICE)).toBe(401);
    proxy.know(READERS);
    expect(await statusWith(ALICE)).toBe(422);
  });
});
