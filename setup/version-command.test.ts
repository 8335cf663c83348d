import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { VERSION } from '../core/version.ts';
import { runCommands } from '../runtime/command-line.ts';
import { versionCommand } from './version-command.ts';

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
