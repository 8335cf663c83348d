import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { translateTo } from '../../core/language.ts';
import { openAuditorConfig } from '../config.ts';
import { takeBindingCode } from './chats.ts';
import { telegramCommand } from './command.ts';

let folder: string;
let printed: string;
beforeEach(async () => {
  [folder, printed] = [await mkdtemp(join(tmpdir(), 'flowcollect-telegram-')), ''];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function makeCode(settings: string, ...options: string[]): Promise<void> {
  const path = join(folder, 'ServerSetting.ini');
  await writeFile(path, settings);
  const command = telegramCommand(
    (text) => {
      printed += text;
    },
    translateTo('en'),
    openAuditorConfig,
  );
  await command.parseAsync(['code', '--config', path, ...options], { from: 'user' });
}
const BOT = '[telegram]\nBotToken = 123456:hunter2\n';

it('prints a code that the auditor next to it takes once', async () => {
  await makeCode(`[server]\n[user.alice]\n${BOT}`, '--user', 'alice');
  const data = join(folder, 'data', 'auditor');
  expect(await takeBindingCode(data, printed, Date.now())).toBe('alice');
  expect(await takeBindingCode(data, printed, Date.now())).toBeUndefined();
});

it('names the users when there is no such one, and the key when there is no bot', async () => {
  await expect(makeCode(BOT, '--user', 'alcie')).rejects.toThrow('there is no user alcie; there are: default');
  await expect(makeCode('[server]\n')).rejects.toThrow('set BotToken in [telegram]');
});
