import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HttpListener, listenHttp } from '../runtime/http.ts';
import { ListenError } from '../runtime/listen.ts';
import { checkFree } from './free-ports.ts';
import { exporterMetricsAddress } from './service-settings.ts';
import { readServerSide } from './settings.ts';

let folder: string;
let taken: HttpListener[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ports-'));
  const listen = () => listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: '' });
  taken = [await listen(), await listen()];
});
afterEach(async () => {
  for (const each of taken) await each.close();
});

const at = (port: number | undefined, key: string, file = 'ServerSetting.ini') => ({
  host: '127.0.0.1',
  port: port ?? 0,
  setting: `[${key === 'MetricsListen' ? 'client' : key === 'GrafanaPort' ? 'stack' : 'server'}] ${key} in ${join(folder, file)}`,
});

it('takes ports that are free', async () => {
  await checkFree([at(0, 'ListenPort'), at(0, 'AuditorListen')]);
  expect(existsSync(join(folder, 'ServerSetting.ini'))).toBe(false);
});

it('names the key of the first that is taken, and writes the file that is not there yet, with free ports for all', async () => {
  const [one, two] = taken.map(({ port }) => port);
  const addresses = [
    at(one, 'PrometheusAddr'),
    at(0, 'AuditorListen'),
    at(two, 'GrafanaPort'),
    at(two, 'MetricsListen', 'ClientSetting.ini'),
  ];
  const problem = await checkFree(addresses).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ListenError);
  const { text } = problem as ListenError;
  expect(text.zh).toContain(`127.0.0.1:${one} 已被其他程序占用`);
  expect(text.zh).toContain('[server] PrometheusAddr');
  expect(text.en).toContain(`${join(folder, 'ServerSetting.ini')}, ${join(folder, 'ClientSetting.ini')}`);
  const path = join(folder, 'ServerSetting.ini');
  const side = readServerSide(path, await readFile(path, 'utf8'));
  await checkFree([side.addresses.prometheus, side.addresses.grafana]);
  expect([one, two]).not.toContain(side.addresses.prometheus.port);
  expect(side.server.AuditorListen).toBe('127.0.0.1:9102');
  const client = await readFile(join(folder, 'ClientSetting.ini'), 'utf8');
  const [, listen = ''] = /^MetricsListen = (.*)$/m.exec(client) ?? [];
  const choice = {
    kind: 'demo',
    why: 'no-settings',
    address: '',
    client: new Map([['MetricsListen', listen]]),
  } as const;
  expect(exporterMetricsAddress(choice, path).port).not.toBe(two);
});

it('leaves a file alone that is there', async () => {
  const path = join(folder, 'ServerSetting.ini');
  await writeFile(path, '[server]\nDataDir = ./mine\n');
  await expect(checkFree([at(taken[0]?.port, 'ListenPort')])).rejects.toThrow('change [server] ListenPort in');
  expect(await readFile(path, 'utf8')).toBe('[server]\nDataDir = ./mine\n');
});
