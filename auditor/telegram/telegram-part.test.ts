import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createTelegram, type TelegramSimulator } from '../../simulator/telegram/telegram.ts';
import { type AuditorConfig, readAuditorConfig } from '../config.ts';
import { createLiveView } from './live-view.ts';
import { createTelegramPart, type TelegramPart } from './telegram-part.ts';

let folder: string;
let telegram: TelegramSimulator;
let part: TelegramPart;
let config: AuditorConfig;
let lines: string[];

const read = (...keys: string[]): AuditorConfig =>
  readAuditorConfig('ServerSetting.ini', ['[server]', '[telegram]', ...keys].join('\n'), folder).settings;

beforeEach(async () => {
  [folder, lines] = [await mkdtemp(join(tmpdir(), 'flowcollect-telegram-')), []];
  telegram = createTelegram({ port: 0, token: '2:right', clock: systemClock.now });
  await telegram.start();
  config = read();
  part = createTelegramPart({
    settings: { current: () => config },
    view: createLiveView(),
    clock: systemClock,
    logger: createLogger('auditor', 'info', { write: (line) => lines.push(line) }),
  });
});
afterEach(async () => {
  await part.stop();
  await telegram.stop();
  await rm(folder, { recursive: true, force: true });
});

it('follows the settings: no bot, one that is refused, one that answers, and none again', async () => {
  const heard = (text: string): Promise<void> => vi.waitFor(() => expect(lines.join('')).toContain(text));
  part.change();
  await part.announce();
  expect(lines).toEqual([]);

  config = read('BotToken = 1:wrong', `ApiRoot = ${telegram.origin()}/`);
  part.change();
  await heard('401 refused');

  config = read('BotToken = 2:right', `ApiRoot = ${telegram.origin()}`);
  part.change();
  await heard('Telegram bot started');
  telegram.say(7, 'hello');
  await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));

  config = read();
  part.change();
  await part.announce();
  telegram.say(7, 'hello?');
  await systemClock.sleep(100, new AbortController().signal);
  expect(telegram.sent).toHaveLength(1);
  expect(lines.join('')).not.toMatch(/wrong|right/);
});
