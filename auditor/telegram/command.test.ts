import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { translateTo } from '../../core/language.ts';
import { createOrSetAside } from '../../runtime/atomic-file.ts';
import { createDiskHealth } from '../../runtime/disk-health.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openAuditorConfig } from '../config.ts';
import { createChats, takeBindingCode } from './chats.ts';
import { telegramCommand } from './command.ts';

let folder: string;
let printed: string;
beforeEach(async () => {
  [folder, printed] = [await mkdtemp(join(tmpdir(), 'flowcollect-telegram-')), ''];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const makeCode = (settings: string, ...options: string[]): Promise<void> => telegram(settings, 'code', ...options);

async function telegram(settings: string, ...options: string[]): Promise<void> {
  const path = join(folder, 'ServerSetting.ini');
  await writeFile(path, settings);
  const command = telegramCommand(
    (text) => {
      printed += text;
    },
    translateTo('en'),
    openAuditorConfig,
  );
  await command.parseAsync([...options, '--config', path], { from: 'user' });
}
const BOT = '[telegram]\nBotToken = 123456:hunter2\n';

it('prints a code that the auditor next to it takes once', async () => {
  await makeCode(`[server]\n[user.alice]\n${BOT}`, '--user', 'alice');
  const data = join(folder, 'data', 'auditor');
  expect(await takeBindingCode(data, printed, Date.now())).toBe('alice');
  expect(await takeBindingCode(data, printed, Date.now())).toBeUndefined();
});

it('sets a damaged code aside and says so, whoever sends it', async () => {
  await makeCode(`[server]\n[user.alice]\n${BOT}`, '--user', 'alice');
  const data = join(folder, 'data', 'auditor');
  const [name = ''] = await readdir(join(data, 'telegram-codes'));
  const path = join(data, 'telegram-codes', name);
  await writeFile(path, '{"user":"ali');
  const disk = createDiskHealth(() => data, '[server] DataDir');
  const orSetAside = createOrSetAside(() => 0, disk, createLogger('test', 'silent'));
  expect(await takeBindingCode(data, printed, 0, orSetAside)).toBeUndefined();
  expect(disk.health()).toMatchObject({ status: 'degraded', problem: expect.stringContaining(`${path} (`) });
});

it('names the users when there is no such one, and the key when there is no bot', async () => {
  await expect(makeCode(BOT, '--user', 'alcie')).rejects.toThrow('there is no user alcie; there are: default');
  await expect(makeCode('[server]\n')).rejects.toThrow('set BotToken in [telegram]');
});

it('finds the data of a system service by its settings', async () => {
  const service = await mkdtemp(join(tmpdir(), 'flowcollect-service-'));
  const [path, linked] = [join(folder, 'ServerSetting.ini'), join(service, 'ServerSetting.ini')];
  await writeFile(path, '[server]\n');
  expect((await openAuditorConfig(path, service)).dataFolder).toBe(join(folder, 'data', 'auditor'));
  await writeFile(linked, '[server]\n');
  expect((await openAuditorConfig(path, service)).dataFolder).toBe(join(service, 'data', 'auditor'));
  await writeFile(linked, '[server]\nListenPort = :1\n');
  expect((await openAuditorConfig(path, service)).dataFolder).toBe(join(folder, 'data', 'auditor'));
  await rm(service, { recursive: true });
});

it('lists the chats that are bound and unbinds them by user or number, next to a running auditor', async () => {
  const running = createChats(join(folder, 'data', 'auditor'));
  await running.bind(7, 'alice');
  await running.bind(-1001234567890, 'alice');
  await running.bind(9, 'default');
  await telegram('[server]\n', 'list');
  expect(printed).toBe('alice\t7\nalice\t-1001234567890\ndefault\t9\n');

  printed = '';
  await telegram('[server]\n', 'unbind', '--chat', '-1001234567890');
  expect(printed).toBe('alice\t-1001234567890\n');
  expect(await running.find(-1001234567890)).toBeUndefined();
  // What the auditor tells meanwhile is neither lost nor binds a chat again.
  await Promise.all([
    telegram('[server]\n', 'unbind', '--user', 'alice'),
    ...Array.from({ length: 10 }, (_, at) => running.change(9, { mutedUntil: at })),
    running.change(7, { mutedUntil: 1 }),
  ]);
  expect((await running.all()).map(({ chat, mutedUntil }) => [chat, mutedUntil > 0])).toEqual([[9, true]]);
});

it('says so where no such chat is bound, or none was named', async () => {
  await expect(telegram('[server]\n', 'unbind', '--user', 'alice')).rejects.toThrow('no such chat is bound');
  await expect(telegram('[server]\n', 'unbind')).rejects.toThrow('give --user or --chat');
});
