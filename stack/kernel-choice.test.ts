import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HttpListener, listenHttp } from '../runtime/http.ts';
import { chooseKernel, KernelRefusedError } from './kernel-choice.ts';

let folder: string;
let path: string;
let kernel: HttpListener;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernel-choice-'));
  path = join(folder, 'ClientSetting.ini');
  kernel = await listenHttp(
    (request, response) => {
      const known = request.headers.authorization === 'Bearer right';
      response.writeHead(known ? 200 : 401).end('{}');
    },
    { host: '127.0.0.1', port: 0, setting: '' },
  );
});
afterEach(async () => {
  await kernel.close();
});

const settings = (secret: string): string =>
  `[client]\nMihomoAPIAddr = ${kernel.origin}\nMihomoSecret = ${secret}\nDeviceID = 客厅\n`;

it('takes the kernel of the settings when it answers', async () => {
  await writeFile(path, settings('right'));
  expect(await chooseKernel(path, true, true)).toMatchObject({ kind: 'real', address: kernel.origin });
});

it('falls back to the demo when there are no settings or the kernel is silent', async () => {
  expect(await chooseKernel(path, false, true)).toMatchObject({ kind: 'demo', why: 'no-settings' });
  await writeFile(path, '[client]\nMetricsListen = 127.0.0.1:9200\n');
  const without = await chooseKernel(path, true, true);
  expect(without).toMatchObject({ kind: 'demo', why: 'no-settings' });
  expect(without.kind === 'demo' && without.client.get('MetricsListen')).toBe('127.0.0.1:9200');
  await writeFile(path, settings('right'));
  await kernel.close();
  expect(await chooseKernel(path, true, true)).toMatchObject({ kind: 'demo', why: 'silent', address: kernel.origin });
});

it('asks for the right secret rather than showing a demo', async () => {
  await writeFile(path, settings('wrong-secret'));
  await expect(chooseKernel(path, true, true)).rejects.toThrow(KernelRefusedError);
  await expect(chooseKernel(path, true, true)).rejects.toThrow(/^(?!.*wrong-secret).*MihomoSecret in \[client\]/);
});

it('asks the first kernel of its sections where [client] has none of its own', async () => {
  const section = `[kernel.router]\nMihomoAPIAddr = ${kernel.origin}\nMihomoSecret = right\n`;
  await writeFile(path, `[client]\nRemoteServer = http://vps\n${section}`);
  const choice = await chooseKernel(path, true, true);
  expect(choice).toMatchObject({ kind: 'real', address: kernel.origin });
  expect(choice.kind === 'real' && [...choice.kernels.keys()]).toEqual(['kernel.router']);
});

it.each(['/run/mihomo.sock', '\\\\.\\pipe\\mihomo', 'https://127.0.0.1:1\nMihomoCA = ca.pem'])(
  'leaves %s to the exporter',
  async (address) => {
    await writeFile(path, `[client]\nDeviceID = a\nMihomoAPIAddr = ${address}\n`);
    expect(await chooseKernel(path, true, true)).toMatchObject({ kind: 'real' });
  },
);

it('never stands in for a kernel where no demo is wanted', async () => {
  expect(await chooseKernel(path, false, false)).toEqual({ kind: 'none' });
  await writeFile(path, settings('wrong'));
  expect(await chooseKernel(path, true, false)).toMatchObject({ kind: 'real', address: kernel.origin });
});
