import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { createLogger } from '../runtime/logger.ts';
import { createPushgatewayDouble, type PushgatewayDouble } from '../test/pushgateway-double.ts';
import { runGatewayService } from './service.ts';

interface Line {
  readonly msg: string;
  readonly door?: string;
}

let double: PushgatewayDouble;
let path: string;
let lines: Line[];
let ending: AbortController;
let running: Promise<void>;
const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(JSON.parse(line)) });

const settings = (more: string) =>
  `[server]\nListenPort = 127.0.0.1:0\nGatewayMetricsListen = 127.0.0.1:0\nPushgatewayAddr = ${double.origin}\n${more}`;
const doors = () =>
  lines.flatMap(({ msg, door }) => (msg === 'the gateway is open' && door !== undefined ? [door] : []));
const statusWith = async (token: string): Promise<number> => {
  const url = (doors().at(-1) ?? '') + pushPath('a');
  return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
};

beforeEach(async () => {
  double = await createPushgatewayDouble(Date.now);
  path = join(await mkdtemp(join(tmpdir(), 'flowcollect-gateway-')), 'ServerSetting.ini');
  lines = [];
  ending = new AbortController();
  await writeFile(path, settings('ServerToken = one'));
  running = runGatewayService({ path, signal: ending.signal, logger });
  await vi.waitFor(() => expect(doors()).toHaveLength(1), 5000);
});
afterEach(async () => {
  ending.abort();
  await running;
  await double.close();
});

it('follows an edit of the token at once, without closing the door', async () => {
  expect([await statusWith('one'), await statusWith('two')]).toEqual([404, 401]);
  await writeFile(path, settings('ServerToken = two'));
  await vi.waitFor(async () => expect(await statusWith('two')).toBe(404), 5000);
  expect(await statusWith('one')).toBe(401);
  expect(doors()).toHaveLength(1);
});

it('keeps the last good settings after a bad edit', async () => {
  await writeFile(path, settings('ServerToken ='));
  await vi.waitFor(() => expect(lines.map(({ msg }) => msg).join()).toContain('settings kept as they were'), 5000);
  expect(await statusWith('one')).toBe(404);
});

it('opens again where an edit moves it', async () => {
  await writeFile(path, settings('ServerToken = one\nDataDir = ./elsewhere'));
  await vi.waitFor(() => expect(doors()).toHaveLength(2), 5000);
  expect(await statusWith('one')).toBe(404);
});

it('goes on at the old address when the new one is taken', async () => {
  const taken = new URL(double.origin).host;
  await writeFile(path, settings('ServerToken = one').replace('ListenPort = 127.0.0.1:0', `ListenPort = ${taken}`));
  await vi.waitFor(() => expect(doors()).toHaveLength(2), 5000);
  expect(JSON.stringify(lines)).toContain('change [server] ListenPort in ServerSetting.ini');
  expect(await statusWith('one')).toBe(404);
});
