import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type ScriptedKernel, startScriptedKernel } from '../../test/scripted-kernel.ts';
import { nodeNetwork } from '../host/node-network.ts';
import type { CheckedNode } from '../ledger/health-checks.ts';
import { type KernelApi, openKernelApi } from './api.ts';
import { createCatalogSource } from './catalog-source.ts';

let kernel: ScriptedKernel;
let api: KernelApi;
beforeEach(async () => {
  kernel = await startScriptedKernel();
  api = openKernelApi(nodeNetwork, { address: kernel.address, secret: '' });
});
afterEach(async () => {
  await api.close();
  await kernel.kill();
});

it('keeps what it knows while the kernel does not list its nodes, and says why in the language that is set', async () => {
  const lines: string[] = [];
  const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });
  const source = createCatalogSource(
    api,
    systemClock,
    logger,
    () => 'zh',
    () => {},
    () => {},
  );
  const { signal } = new AbortController();
  await source.refresh(signal);
  kernel.answers.set('/proxies', 503);
  await source.refresh(signal);
  expect(source.current().has('香港')).toBe(true);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { problem: `${kernel.address} 不是 Mihomo 内核（它应答 503）：请检查 MihomoAPIAddr 的端口` },
  ]);
});

it('tells the health checks of all nodes, and nothing where a part of them was not listed', async () => {
  const looks: (readonly CheckedNode[])[] = [];
  const source = createCatalogSource(
    api,
    systemClock,
    createLogger('test', 'silent'),
    () => 'en',
    () => {},
    (nodes) => looks.push(nodes),
  );
  const checked = {
    name: '香港',
    type: 'Shadowsocks',
    history: [{ time: '2026-11-23T14:42:40.762053929Z', delay: 26 }],
  };
  kernel.answers.set('/providers/proxies', { providers: { a: { vehicleType: 'HTTP', proxies: [checked] } } });
  const { signal } = new AbortController();
  await source.refresh(signal);
  kernel.answers.set('/providers/proxies', 503);
  await source.refresh(signal);
  expect(looks).toEqual([
    [
      {
        node: '香港',
        provider: 'a',
        type: 'Shadowsocks',
        times: [Date.UTC(2026, 10, 23, 14, 42, 40) * 1000 + 762_053],
      },
    ],
  ]);
});
