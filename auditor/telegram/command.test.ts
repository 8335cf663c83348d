import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { translateTo } from '../../core/language.ts';
import { createOrSetAside } from '../../runtime/atomic-file.ts';
import { createDiskHealth } from '../../runtime/health.ts';
import type { Installation } from '../../runtime/installed.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openAuditorConfig } from '../config.ts';
import { createChats, takeBindingCode } from './chats.ts';
import { telegramCommand } from './command.ts';

let folder: string;
let printed: string;
beforeEach(async () => {
  [folder, printed] = [await mkdtemp(join(tmpdir(), 'flowcollect-telegram-')), ''];
});

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

describe('where an auditor is installed', () => {
  let installation: Installation;
  let installed: string;
  beforeEach(async () => {
    installation = { settings: join(folder, 'etc'), units: join(folder, 'units'), data: join(folder, 'var') };
    installed = join(installation.settings, 'ServerSetting.ini');
    for (const made of Object.values(installation)) await mkdir(made);
    await writeFile(installed, '[server]\n');
    const unit = `[Service]\nLoadCredential=settings:${installed}\nDynamicUser=yes\n`;
    await writeFile(join(installation.units, 'flowcollect-auditor.service'), unit);
  });
  const own = async (text: string): Promise<string> => {
    const path = join(folder, 'ServerSetting.ini');
    await writeFile(path, text);
    return path;
  };
  const dataBy = async (path: string): Promise<string> => (await openAuditorConfig(path, installation)).dataFolder;

  it('finds its data by its settings, whatever was edited a moment ago', async () => {
    const data = join(installation.data, 'flowcollect-auditor', 'data', 'auditor');
    expect(await dataBy(installed)).toBe(data);
    await symlink(installed, join(folder, 'link.ini'));
    expect(await dataBy(join(folder, 'link.ini'))).toBe(data);
  });

  it('does nothing by a copy of its settings, and names those that hold', async () => {
    await expect(dataBy(await own('[server]\n'))).rejects.toThrow(`Add --config ${installed}`);
  });

  it('works on data that other settings name by an absolute path', async () => {
    const path = await own(`[server]\nDataDir = ${folder}\n`);
    expect(await dataBy(path)).toBe(join(folder, 'auditor'));
  });
});

it('does nothing on a machine that lacks the DataDir of containers', async () => {
  await expect(makeCode(`[server]\nDataDir = ${folder}/gone\n${BOT}`)).rejects.toThrow(
    'docker compose run --rm auditor',
  );
  expect(await readdir(folder)).toEqual(['ServerSetting.ini']);
});

it('lists the chats that are bound and unbinds them by user or number, next to a running auditor', async () => {
  const running = createChats(join(folder, 'data', 'auditor'));
  await running.bind(7, 'alice');
  await running.bind(-1001234567890, 'alice');
  await running.bind(9, 'default');
  await telegram('[server]\n', 'list');
  expect(printed).toBe('alice\t7\nalice\t-1001234567890\ndefault\t9\n');
  printed = '';
  await telegram('[server]\n', 'list', '--json');
  expect(JSON.parse(printed)).toContainEqual({ user: 'alice', chat: 7 });

  printed = '';
  await telegram('[server]\n', 'unbind', '--chat', '-1001234567890');
  expect(printed).toBe('alice\t-1001234567890\n');
  expect(await running.find(-1001234567890)).toBeUndefined();
  printed = '';
  // What the auditor tells meanwhile is neither lost nor binds a chat again.
  await Promise.all([
    telegram('[server]\n', 'unbind', '--user', 'alice', '--json'),
    ...Array.from({ length: 10 }, (_, at) => running.change(9, { mutedUntil: at })),
    running.change(7, { mutedUntil: 1 }),
  ]);
  expect(JSON.parse(printed)).toEqual([{ user: 'alice', chat: 7 }]);
  expect((await running.all()).map(({ chat, mutedUntil }) => [chat, mutedUntil])).toEqual([[9, 9]]);
});

it('says so where no such chat is bound, or none was named', async () => {
  await expect(telegram('[server]\n', 'unbind', '--user', 'alice')).rejects.toThrow('no such chat is bound');
  await expect(telegram('[server]\n', 'unbind')).rejects.toThrow('give --user or --chat');
});
