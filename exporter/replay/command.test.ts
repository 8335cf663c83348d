import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { errorText, type Language, translateTo } from '../../core/language.ts';
import { commandOf } from '../../runtime/command-line.ts';
import { nodeHost } from '../host/node-host.ts';
import { replayCommand } from './command.ts';
import { farthestFrom } from './replay.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-replay-'));
});

async function play(language: Language, recording: string, proxies = '{"proxies":{}}'): Promise<string> {
  const [file, catalog] = [join(folder, 'a.ndjson'), join(folder, 'proxies.json')];
  await writeFile(file, recording);
  await writeFile(catalog, proxies);
  let printed = '';
  const translate = translateTo(language);
  const print = (text: string): void => {
    printed = text;
  };
  const command = commandOf(replayCommand(print, nodeHost, translate, { write: () => {} }), translate);
  try {
    await command.parseAsync([file, '--proxies', catalog], { from: 'user' });
  } catch (error) {
    return errorText(error, language);
  }
  return printed;
}
const frame = '{"t":1}\t{"downloadTotal":5,"uploadTotal":0,"connections":null}';

it('prints what the ledger made of it, in the language that is set', async () => {
  expect(await play('zh', frame)).toMatch(/^1 帧，内核重启 0 次\n/);
  expect(await play('en', frame)).toMatch(/^1 frames, 0 kernel restarts\n/);
});

it('ends with whether all series are the kernel’s totals to the byte', async () => {
  expect(await play('zh', frame)).toMatch(/\n各序列之和加结转，与内核自己的总量一字节不差$/);
  const series = [
    { direction: 'download', bytes: 700 },
    { direction: 'upload', bytes: 40 },
    { direction: 'download', bytes: 300 },
  ] as const;
  expect(farthestFrom([series, series], 'download', 1000)).toBe(0);
  expect(farthestFrom([series, series.slice(1)], 'download', 1000)).toBe(-700);
  expect(farthestFrom([series], 'upload', 39)).toBe(1);
});

it.each([
  ['zh', '{"t":1}\t{}', '{"proxies":{}}', '录制里的 /connections 消息无法记账：'],
  ['en', '{"t":1}\t{}', '{"proxies":{}}', 'a /connections message of the recording cannot be accounted: '],
  ['zh', frame, '{"proxies":5}', 'proxies.json：不是内核 /proxies 的应答（'],
  ['en', frame, '{"proxies":5}', "proxies.json: is not the kernel's /proxies answer ("],
] as const)('says what cannot be replayed (%s)', async (language, recording, proxies, words) => {
  expect(await play(language, recording, proxies)).toContain(words);
});
