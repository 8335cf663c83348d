import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VERSION } from '../core/version.ts';
import { runCommands } from '../runtime/command-line.ts';
import { startHttpProxy } from '../test/proxies.ts';
import { compareVersions, newestRelease, versionCommand } from './release-feed.ts';

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

async function version(...args: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await runCommands(['version', ...args, '--language', 'en'], [], (translate) => [
    versionCommand((line) => lines.push(line), translate),
  ]);
  return { code, lines };
}

it('is printed, and nobody is asked', async () => {
  expect(await version()).toEqual({ code: 0, lines: [VERSION] });
});

it('is compared with the feed only where --check and --from say so', async () => {
  let tag = `v${VERSION}`;
  let asked = 0;
  const feed = createServer((_, response) => {
    asked += 1;
    response.end(JSON.stringify({ tag_name: tag, html_url: 'https://forge.example/notes' }));
  });
  await new Promise<void>((resolve) => feed.listen(0, '127.0.0.1', resolve));
  const from = `http://127.0.0.1:${(feed.address() as AddressInfo).port}/`;
  expect(await version('--from', from)).toEqual({ code: 2, lines: [] });
  expect(asked).toBe(0);
  expect(await version('--check', '--from', from)).toEqual({ code: 0, lines: [`${VERSION} is the newest version`] });
  tag = 'v999.0.0';
  const newer = `999.0.0 is newer than this ${VERSION}: https://forge.example/notes`;
  expect(await version('--check', '--from', from)).toEqual({ code: 0, lines: [newer] });
  expect(asked).toBe(2);
  feed.closeAllConnections();
  await new Promise((resolve) => feed.close(resolve));
});

it.each([[['--check']], [['--check', '--from', 'releases']], [['--check', '--from', 'ftp://a.example/']]])(
  'needs an address: %j',
  async (args) => {
    expect(await version(...args)).toEqual({ code: 2, lines: [] });
  },
);
