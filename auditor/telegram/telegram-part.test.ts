import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createTelegram, type TelegramSimulator } from '../../simulator/telegram.ts';
import { exampleAirport, exampleVerdict } from '../../test/example-reports.ts';
import { createLiveView, type LiveView } from '../audit/latest.ts';
import { type AuditorConfig, readAuditorConfig } from '../config.ts';
import { createChats } from './chats.ts';
import { createTelegramPart, type TelegramPart } from './telegram-part.ts';

let folder: string;
let telegram: TelegramSimulator;
let part: TelegramPart;
let config: AuditorConfig;
let lines: string[];
let view: LiveView;

const read = (...keys: string[]): AuditorConfig =>
  readAuditorConfig('ServerSetting.ini', ['[server]', '[telegram]', ...keys].join('\n'), folder).settings;

beforeEach(async () => {
  [folder, lines] = [await mkdtemp(join(tmpdir(), 'flowcollect-telegram-')), []];
  telegram = createTelegram({ port: 0, token: '2:right', clock: systemClock.now });
  await telegram.start();
  config = read();
  view = createLiveView();
  part = createTelegramPart({
    view,
    clock: systemClock,
    logger: createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
  });
});
afterEach(async () => {
  await part.stop();
  await telegram.stop();
});

it('follows the settings: no bot, one that is refused, one that answers, and none again', async () => {
  const logged = (text: string): Promise<void> => vi.waitFor(() => expect(lines.join('')).toContain(text));
  await part.change(config);
  part.announce();
  expect(lines).toEqual([]);

  config = read('BotToken = 1:wrong', `ApiRoot = ${telegram.origin()}/`);
  await part.change(config);
  await logged('401 refused');

  config = read('BotToken = 2:right', `ApiRoot = ${telegram.origin()}`);
  await part.change(config);
  await logged('Telegram bot started');
  telegram.say(7, 'hello');
  await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));

  config = read();
  await part.change(config);
  part.announce();
  telegram.say(7, 'hello?');
  await systemClock.sleep(100, new AbortController().signal);
  expect(telegram.sent).toHaveLength(1);
  expect(lines.join('')).not.toMatch(/wrong|right/);
});

it('keeps nobody waiting for a Telegram that takes a leak and never answers', async () => {
  const calls: string[] = [];
  const silent = createServer((request, response) => {
    const method = request.url?.split('/').at(-1) ?? '';
    calls.push(method);
    const silently = method === 'sendMessage' || method === 'getUpdates';
    if (!silently) response.end(JSON.stringify({ ok: true, result: { id: 1, is_bot: true } }));
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const pushes = (): number => calls.filter((method) => method === 'sendMessage').length;
  try {
    config = read('BotToken = 2:right', `ApiRoot = http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await createChats(config.dataFolder).bind(7, 'default');
    view.audited([{ user: 'default', model: exampleAirport({ verdict: exampleVerdict({ kind: 'leak' }) }) }]);
    await part.change(config);
    await vi.waitFor(() => expect(calls).toContain('getUpdates'));

    expect(part.announce()).toBeUndefined();
    await vi.waitFor(() => expect(pushes()).toBe(1));
    part.announce();
    await systemClock.sleep(50, new AbortController().signal);
    expect(pushes()).toBe(1);

    // Settings that change, and an end, wait as little.
    config = read('BotToken = 2:right', `ApiRoot = ${telegram.origin()}`);
    await part.change(config);
    await vi.waitFor(
      () => {
        part.announce();
        expect(telegram.sent).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
  } finally {
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  }
});
