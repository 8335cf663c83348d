import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../runtime/async.ts';
import { createLogger } from '../../runtime/logger.ts';
import { OBJECT_NAMES } from '../../test/object-names.ts';
import { type ScriptedKernel, startScriptedKernel } from '../../test/scripted-kernel.ts';
import { nodeNetwork } from '../host/node-network.ts';
import type { CheckedNode } from '../ledger/side-counters.ts';
import { type KernelApi, openKernelApi } from './api.ts';
import { createCatalogSource, decodeCatalog } from './catalog.ts';
import { CatalogError } from './decoder/nodes.ts';

const answer = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../test/recordings/${name}.json`, import.meta.url), 'utf8'));

describe('decodeCatalog', () => {
  it.each([
    ['of a kernel that lists providers apart', 'proxies', 'providers'],
    ['of a kernel that names the provider at each node', 'modern.proxies', 'modern.providers'],
  ])('knows types and providers %s', (_, proxies, providers) => {
    const catalog = decodeCatalog(answer(proxies), answer(providers));
    expect(catalog.typeOf('香港 01 | x2')).toBe('Shadowsocks');
    expect(catalog.typeOf('DIRECT')).toBe('Direct');
    expect(catalog.typeOf('nobody')).toBeUndefined();
    expect(catalog.providerOf('美国 01 [0.5x]')).toBe('airport-b');
    expect(catalog.providerOf('香港 01 | x2')).toBe('');
    expect(catalog.has('节点选择')).toBe(true);
  });

  it('follows groups to the node they use', () => {
    const catalog = decodeCatalog(answer('proxies'));
    expect(catalog.nodeOf('流媒体')).toBe('美国 01 [0.5x]');
    expect(catalog.nodeOf('GLOBAL')).toBe('DIRECT');
    expect(catalog.nodeOf('日本 01')).toBe('日本 01');
    expect(catalog.nodeOf('nobody')).toBe('nobody');
    const circle = { a: { type: 'Selector', now: 'b' }, b: { type: 'Selector', now: 'a' } };
    expect(decodeCatalog({ proxies: circle }).nodeOf('a')).toBe('a');
  });

  it.each(OBJECT_NAMES)('knows a node, a group and a provider called %s', (name) => {
    const proxies = JSON.parse(
      `{"proxies": {"${name}": {"type": "Trojan"}, "group": {"type": "Selector", "now": "${name}"}}}`,
    );
    const listed = JSON.parse(`{"providers": {"${name}": {"proxies": [{"name": "${name}", "type": "Trojan"}]}}}`);
    const catalog = decodeCatalog(proxies, listed);
    expect(catalog.typeOf(name)).toBe('Trojan');
    expect(catalog.providerOf(name)).toBe(name);
    expect(catalog.nodeOf('group')).toBe(name);
    const group = JSON.parse(`{"proxies": {"${name}": {"type": "Selector", "now": "HK"}, "HK": {"type": "Trojan"}}}`);
    expect(decodeCatalog(group).nodeOf(name)).toBe('HK');
    expect(decodeCatalog({ proxies: {} }).has(name)).toBe(false);
  });

  it('does not say whose a node is that several providers have, whichever is listed last', () => {
    const own = { vehicleType: 'HTTP', proxies: [{ name: '香港', type: 'Vless' }] };
    const catalog = decodeCatalog(
      { proxies: { 香港: { type: 'Vless', 'provider-name': 'b' } } },
      { providers: { a: own, b: own, default: { ...own, vehicleType: 'Compatible' } } },
    );
    expect([catalog.typeOf('香港'), catalog.providerOf('香港')]).toEqual(['Vless', '']);
  });

  it.each([
    ['before December 2025, which wrap it in a provider of their own', { type: 'Vless' }, 'Compatible'],
    ['since, which say that it is of none', { type: 'Vless', 'provider-name': '' }, 'File'],
  ])('does not say whose a node is that the configuration has too, on kernels %s', (_, proxy, vehicleType) => {
    const node = { name: '香港', type: 'Vless' };
    const wrapper = { vehicleType, proxies: [vehicleType === 'Compatible' ? node : { ...node, name: '日本' }] };
    const catalog = decodeCatalog(
      { proxies: { 香港: proxy } },
      { providers: { default: wrapper, a: { vehicleType: 'HTTP', proxies: [node] } } },
    );
    expect(catalog.providerOf('香港')).toBe('');
  });

  it('does without the providers', () => {
    expect(decodeCatalog(answer('modern.proxies')).providerOf('美国 01 [0.5x]')).toBe('airport-b');
  });

  it.each([[{}], [{ proxies: { a: {} } }], [null], ['text']])('refuses %j with the path', (proxies) => {
    expect(() => decodeCatalog(proxies)).toThrow(CatalogError);
    expect(() => decodeCatalog(proxies)).toThrow(/^\/proxies: /);
  });
});

describe('a source of catalogs', () => {
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
});
