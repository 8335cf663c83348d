import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pushPath, STATE_HEADER } from '../core/device-id.ts';
import { KERNEL_BYTES, TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { run } from '../gateway/main.ts';
import { createGateway, type Gateway } from '../gateway/service.ts';
import { groupPath } from '../gateway/store/store.ts';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

const DEVICE = '客厅 "1"';
const ADMIN = 'sixteen characters of it';

let parts: RealParts;
let pushgateway: string;
let prometheus: string;
let gateway: Gateway;
let origin: string;
let admin: string;
let port: number;
let settings: string;
let ahead = 0;

/** A node of no provider, as most devices have, has an empty label, which Prometheus does not store. */
const kernel = (value: number) =>
  `# TYPE ${KERNEL_BYTES} counter\n${KERNEL_BYTES}{direction="upload"} ${value}\n${KERNEL_BYTES}{direction="download"} 7\n` +
  `# TYPE ${TRAFFIC_BYTES} counter\n${TRAFFIC_BYTES}{class="direct",node="DIRECT",provider="",direction="upload",accounting="measured"} ${value}\n`;
const request = async (method: string, state = '', body?: string): Promise<number> => {
  const headers = { authorization: 'Bearer one', [STATE_HEADER]: state };
  const response = await fetch(origin + pushPath(DEVICE), { method, headers, ...(body === undefined ? {} : { body }) });
  await response.text();
  return response.status;
};
const push = (value: number, state: string) => request('PUT', state, kernel(value));
const group = async (): Promise<boolean> =>
  (await (await fetch(`${pushgateway}/metrics`)).text()).includes(`${KERNEL_BYTES}{`);

async function open(): Promise<void> {
  const address = { host: '127.0.0.1', setting: 'none' };
  gateway = createGateway({
    places: {
      dataDir: parts.folder,
      prometheus,
      listen: { ...address, port: 0 },
      metrics: { ...address, port },
      pushgateway,
    },
    clock: { ...systemClock, now: () => Date.now() + ahead },
    logger: createLogger('test', 'silent'),
    tokens: () => [{ hash: hashToken('one'), user: 'default' }],
    lastReload: () => ({ successful: true, succeededAt: 0 }),
    adminHash: () => hashToken(ADMIN),
  });
  ({ pushes: origin, metrics: admin } = await gateway.start());
}

/** What a command says when it fails, and its exit code. */
async function command(...argv: string[]): Promise<[number, string]> {
  let said = '';
  const hear = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(hear),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear),
  ];
  const code = await run(['gateway', ...argv, '--config', settings]);
  for (const spy of spies) spy.mockRestore();
  return [code, said];
}

beforeAll(async () => {
  parts = await createRealParts();
  pushgateway = await parts.startPushgateway();
  const target = new URL(pushgateway).host;
  prometheus = await parts.startPrometheus(
    `global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: p\n  honor_labels: true\n  static_configs: [{targets: ['${target}']}]\n`,
  );
  port = await freePort();
  settings = join(parts.folder, 'ServerSetting.ini');
  await writeFile(
    settings,
    `[server]\nServerToken = one\nAdminToken = ${ADMIN}\nGatewayMetricsListen = 127.0.0.1:${port}\n`,
  );
});
beforeEach(open);
afterEach(() => gateway.stop());
afterAll(() => parts.close());

describe('the administrator of the machine', () => {
  it('lets a poisoned counter fall once, from any state, also after the gateway was restarted', async () => {
    expect(await push(9_000_000, 'thief 1')).toBe(200);
    expect(await push(5, 'thief 2')).toBe(409);
    expect((await command('rebase', DEVICE))[0]).toBe(0);
    expect(await request('GET')).toBe(404);
    await gateway.stop();
    await open();
    expect(await request('GET')).toBe(404);
    expect(await push(5, 'honest 1')).toBe(200);
    expect(await push(4, 'honest 2')).toBe(409);
    expect(await request('GET')).toBe(200);
  });

  it('retires a silent device only after Prometheus has its last values', async () => {
    expect(await push(1_000_003, 'honest 3')).toBe(200);
    expect(await command('retire', DEVICE)).toEqual([1, expect.stringContaining('请停止它的采集器')]);
    ahead = 61_000;
    await vi.waitFor(async () => expect(await command('retire', DEVICE)).toEqual([0, expect.any(String)]), {
      timeout: 30_000,
      interval: 300,
    });
    // Pushgateway answers before it has done what it was told.
    await vi.waitFor(async () => expect(await group()).toBe(false));
    expect(await request('GET')).toBe(404);
    expect(await (await fetch(`${admin}/metrics`)).text()).not.toContain(`instance="客厅`);
    const query = `last_over_time(${KERNEL_BYTES}{direction="upload"}[5m])`;
    expect(await createPrometheus({ addresses: () => [prometheus] }).instant(query)).toMatchObject([
      { value: 1_000_003 },
    ]);
    expect(await command('retire', DEVICE)).toEqual([1, expect.stringContaining('没有收到过这台设备的推送')]);
  });

  it('retires a device again that Pushgateway, killed soon after, has back from its disk', async () => {
    await fetch(pushgateway + groupPath({ user: 'default', deviceId: DEVICE }), { method: 'PUT', body: kernel(7) });
    await vi.waitFor(async () => expect(await group()).toBe(true));
    expect(await command('retire', DEVICE)).toEqual([0, expect.any(String)]);
    await vi.waitFor(async () => expect(await group()).toBe(false));
    expect(await command('retire', DEVICE)).toEqual([1, expect.stringContaining('没有收到过这台设备的推送')]);
  });

  it('keeps a device whose last values Prometheus does not have', async () => {
    expect(await push(2_000_000, 'honest 1')).toBe(200);
    await gateway.stop();
    const dead = `http://127.0.0.1:${await freePort()}`;
    [prometheus, ahead] = [dead, 200_000];
    await open();
    expect(await command('retire', DEVICE)).toEqual([1, expect.stringContaining('[server] PrometheusAddr')]);
    expect(await request('GET')).toBe(200);
    expect(await group()).toBe(true);
  });

  it('is nobody else: no other token, no other method, nothing where devices push', async () => {
    const path = `/admin/retire?user=default&device=${encodeURIComponent(DEVICE)}`;
    const ask = async (origin: string, token: string, method = 'POST') =>
      (await fetch(origin + path, { method, headers: { authorization: `Bearer ${token}` } })).status;
    expect(await ask(admin, 'one')).toBe(401);
    expect(await ask(admin, ADMIN, 'GET')).toBe(404);
    expect(await ask(origin, ADMIN)).toBe(404);
    expect(await request('GET')).toBe(200);
  });
});
