import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorText, translateTo } from '../../core/language.ts';
import { type Clock, systemClock } from '../../runtime/async.ts';
import { commandOf } from '../../runtime/command-line.ts';
import { createDevice, type Device, eventually } from '../../test/device.ts';
import { connectionsMessage } from '../../test/scripted-kernel.ts';
import { readExporterConfig } from '../config.ts';
import { nodeHost } from '../host/node-host.ts';
import { replayCommand } from '../replay/command.ts';
import { recordCommand } from './command.ts';

let device: Device;
let ending: AbortController;
let printed: string[];
beforeEach(async () => {
  device = await createDevice();
  ending = new AbortController();
  printed = [];
  written = 0;
  await device.edit(device.ini());
});
afterEach(() => device.end());

const named = (name: string): string => join(device.folder, name);
const print = (text: string): void => void printed.push(text);

/** Messages that were written: each is given a time. */
let written: number;
const clock: Clock = {
  ...systemClock,
  now() {
    written += 1;
    return systemClock.now();
  },
};
const wrote = (count: number): Promise<void> => eventually(() => expect(written).toBe(count));

/** Runs the command. @returns what it failed with, in English */
async function record(...argv: string[]): Promise<string | undefined> {
  const command = recordCommand(
    (file, text) => readExporterConfig(file, text).settings,
    print,
    { ...nodeHost, clock },
    'en',
    'flowcollect',
    () => ending.signal,
  );
  try {
    await commandOf(command, translateTo('en')).parseAsync([...argv, '--config', named('ClientSetting.ini')], {
      from: 'user',
    });
    return undefined;
  } catch (error) {
    return errorText(error, 'en');
  }
}

async function replay(name: string): Promise<{ frames: number; kernel: { download: number }; series: unknown[] }> {
  const files = [named(`${name}.ndjson.gz`), '--logs', named(`${name}.logs.json.gz`)];
  const lists = ['--proxies', named(`${name}.proxies.json`), '--providers', named(`${name}.providers.json`)];
  const argv = [...files, ...lists, '--interval', '100', '--json'];
  const translate = translateTo('en');
  await commandOf(replayCommand(print, nodeHost, translate, { write: () => {} }), translate).parseAsync(argv, {
    from: 'user',
  });
  return JSON.parse(printed.at(-1) ?? '');
}

it('writes what replay accounts to the byte, through a restart of the link, until it is ended', async () => {
  device.show(1000);
  const recording = record(named('a'), '--for', '10m');
  await wrote(1);
  await eventually(() => expect(device.kernel.open('/logs')).toBe(1));
  device.kernel.send('/logs', 'no JSON');
  device.kernel.send('/logs', '{"type":"info","payload":"[TCP] 127.0.0.1:1 --> a.example:443 using 香港"}');
  device.show(2000);
  await wrote(3);
  device.kernel.cut('/connections');
  await wrote(4);
  device.show(3500);
  await wrote(5);
  ending.abort();
  expect(await recording).toBeUndefined();

  const { frames, kernel, series } = await replay('a');
  expect(frames).toBeGreaterThanOrEqual(2);
  expect(kernel.download).toBe(2500);
  expect(series).toMatchObject([{ class: 'proxy', node: '香港', direction: 'download', bytes: 2500 }]);
  expect(printed.join('\n')).toMatch(/\d+ frames, 1 log lines: .*\nThey contain the hosts/);
  expect((await stat(named('a.ndjson.gz'))).mode & 0o777).toBe(0o600);
});

it('waits for the providers of a kernel that has just started, and keeps nothing that no replay takes', async () => {
  const providers = { 订阅: { vehicleType: 'HTTP', proxies: [{ name: '香港', type: 'Direct' }] } };
  device.kernel.answers.set('/proxies', { proxies: {} });
  device.kernel.answers.set('/providers/proxies', { providers: null });
  device.show(1000);
  const recording = record(named('a'), '--for', '10m');
  await eventually(() => expect(device.kernel.asked).toContain('GET /providers/proxies'));
  device.kernel.answers.set('/providers/proxies', { providers });
  await wrote(1);
  device.show(3000);
  await wrote(2);
  ending.abort();
  expect(await recording).toBeUndefined();
  expect((await replay('a')).series).toMatchObject([{ class: 'direct', node: '香港', bytes: 2000 }]);
});

it('keeps the nodes of providers, which kernels since July 2026 list apart, so that replay knows their classes', async () => {
  device.kernel.answers.set('/proxies', { proxies: {} });
  device.kernel.answers.set('/providers/proxies', {
    providers: { 订阅: { vehicleType: 'HTTP', proxies: [{ name: '香港', type: 'Direct' }] } },
  });
  device.show(1000);
  const recording = record(named('a'), '--for', '10m');
  await wrote(1);
  device.show(3000);
  await wrote(2);
  ending.abort();
  expect(await recording).toBeUndefined();
  const { series } = await replay('a');
  expect(series).toMatchObject([{ class: 'direct', node: '香港', provider: '订阅', bytes: 2000 }]);
});

it('ends by itself, and never writes over a recording', async () => {
  device.show(5);
  expect(await record(named('a'), '--for', '1s')).toBeUndefined();
  expect((await replay('a')).frames).toBeGreaterThan(0);
  expect(await record(named('a'), '--for', '1s')).toBe(`${named('a.ndjson.gz')} exists; choose another name`);
  await writeFile(named('b.proxies.json'), 'kept');
  expect(await record(named('b'), '--for', '1s')).toBe(`${named('b.proxies.json')} exists; choose another name`);
  expect(await readFile(named('b.proxies.json'), 'utf8')).toBe('kept');
  await expect(stat(named('b.ndjson.gz'))).rejects.toThrow('ENOENT');
});

it('says why there is nothing to record, and leaves nothing behind', async () => {
  await device.edit(device.ini({ MihomoSecret: 'wrong' }));
  expect(await record(named('a'))).toContain('refuses the secret (401)');
  await device.edit(device.ini());
  device.kernel.webSockets = false;
  device.kernel.answers.set('/connections', 503);
  expect(await record(named('a'), '--for', '1s')).toContain('it answers 503');
  await expect(stat(named('a.ndjson.gz'))).rejects.toThrow('ENOENT');
});

it.each([
  [['--for', '1x'], '1x: must be a duration from 1000 ms'],
  [['--interval', '5'], '5: must be a duration from 100 ms'],
  [['--device', 'b'], 'there is no device b; the settings have a'],
])('refuses %j', async (argv, problem) => {
  expect(await record(named('a'), ...argv)).toContain(problem);
});

it('records what the message holds on one line, whatever ends it', async () => {
  device.kernel.webSockets = false;
  device.kernel.answers.set('/connections', `${connectionsMessage(0, 7)}\n`);
  expect(await record(named('a'), '--for', '1s')).toBeUndefined();
  expect((await replay('a')).frames).toBeGreaterThan(0);
});
