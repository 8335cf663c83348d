import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startHttpProxy } from '../test/proxies.ts';
import { compareVersions, newestRelease } from './release-feed.ts';

let server: Server | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** @returns an address of the feed, with a secret in it */
async function serve(answer: RequestListener): Promise<string> {
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/releases?token=hunter2`;
}
const telling = (feed: unknown) => serve((_, response) => response.end(JSON.stringify(feed)));

describe('a release feed', () => {
  it('tells the latest release, as GitHub has it', async () => {
    const feed = await telling({ tag_name: 'v1.2.0', html_url: 'https://forge.example/v1.2.0', body: '…' });
    expect(await newestRelease(feed, 5000)).toEqual({ version: '1.2.0', page: 'https://forge.example/v1.2.0' });
  });

  it('tells the newest of a list, drafts and versions under test left out', async () => {
    const feed = await telling([
      { tag_name: 'v1.9.0' },
      { tag_name: '1.10.0' },
      { tag_name: 'v2.0.0', draft: true },
      { tag_name: 'v2.0.0', prerelease: true },
      { tag_name: 'v2.0.0-rc.1' },
      { tag_name: 'docs' },
    ]);
    expect(await newestRelease(feed, 5000)).toEqual({ version: '1.10.0' });
  });

  it.each([
    ['is a page', '<html>', 'answered with something else; --from must lead to releases as JSON'],
    ['holds a link that no browser should open', '{"tag_name":"v9.0.0","html_url":"javascript:1"}', 'something else'],
    ['names no version', '{"tag_name":"nightly"}', 'names no version such as v1.2.0'],
    ['is endless', ' '.repeat(5 * 2 ** 20), 'answered with more than 4 MiB'],
  ])('that %s is told in words, without its secret', async (_, body, words) => {
    const feed = await serve((_request, response) => response.end(body));
    const failed = await newestRelease(feed, 5000).catch((error: Error) => error.message);
    expect(failed).toContain(words);
    expect(failed).not.toContain('hunter2');
  });

  it('that refuses is told with its status', async () => {
    const feed = await serve((_, response) => response.writeHead(404).end());
    await expect(newestRelease(feed, 5000)).rejects.toThrow(
      /^http:\/\/127\.0\.0\.1:\d+ answered 404; --from must lead/,
    );
  });

  it('that is silent is waited for no longer than asked', async () => {
    const feed = await serve(() => {});
    await expect(newestRelease(feed, 200)).rejects.toThrow('did not answer within 0.2 s');
  });

  it('that sends half of it and no more is not waited for either', async () => {
    const feed = await serve((_, response) => response.write('{'));
    await expect(newestRelease(feed, 200)).rejects.toThrow('did not answer within 0.2 s');
  });

  it('where nothing listens is told with the code', async () => {
    const feed = await telling({});
    await new Promise((resolve) => server?.close(resolve));
    await expect(newestRelease(feed, 5000)).rejects.toThrow('did not answer (ECONNREFUSED)');
  });

  it('is reached through the proxy that the environment names', async () => {
    const proxy = await startHttpProxy();
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('http_proxy', `http://127.0.0.1:${proxy.port}`);
    vi.stubEnv('NO_PROXY', '');
    vi.stubEnv('no_proxy', '');
    const feed = await telling({ tag_name: 'v1.0.1' });
    expect(await newestRelease(feed, 5000)).toEqual({ version: '1.0.1' });
    expect(proxy.asked).toEqual([new URL(feed).host]);
    await proxy.close();
  });
});

it('versions are in the order of their numbers', () => {
  const part = fc.nat({ max: 999_999 });
  fc.assert(
    fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
      const order = Math.sign(compareVersions(a.join('.'), b.join('.')));
      const [wide, other] = [a, b].map((parts) => parts.map((each) => String(each).padStart(6, '0')).join('.'));
      expect(order).toBe(wide === other ? 0 : (wide ?? '') < (other ?? '') ? -1 : 1);
    }),
  );
});
