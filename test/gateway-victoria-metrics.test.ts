import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createExactSums } from '../auditor/usage/exact-sums.ts';
import { KERNEL_BYTES, TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { createStoredValues } from '../gateway/admin/device-release.ts';
import type { Gateway } from '../gateway/service.ts';
import type { Clock } from '../runtime/async.ts';
import { createPrometheus, type Stores } from '../runtime/prometheus.ts';
import type { RunningProcess } from '../stack/processes.ts';
import { createDevice } from './device.ts';
import { createTokenedGateway, pushTo } from './gateway-at-double.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';
import { startVictoriaMetrics } from './victoria-metrics.ts';

const DEVICES = ['客厅 路由器', 'x%2Fy', '...', 'a?b#c', 'a\\b"c', '📱', 'a&extra_label=user=bob', '@base64'];
const FOLDER = 'store';

let parts: RealParts;
let port: number;
let running: RunningProcess;
let store: Stores;
let gateway: Gateway;
let origin: string;
/** Added to the clock, so that devices are silent without waiting. */
let ahead = 0;

const start = async (): Promise<void> => {
  running = await startVictoriaMetrics(parts, FOLDER, port);
};
const push = (device: string, sequence: number, value: number, token?: string) => {
  const body = `# TYPE ${KERNEL_BYTES} counter\n${KERNEL_BYTES}{direction="upload"} ${value}\n`;
  return pushTo(origin, device, sequence, body, token);
};
/** The values that the store shows, by user and device. */
async function shown(metric: string): Promise<Map<string, number>> {
  const samples = await store.instant(`${metric}{job="flowcollect"}`, Date.now());
  return new Map(samples.map(({ labels, value }) => [`${labels.user} ${labels.instance}`, value]));
}
const eventually = (look: () => Promise<void>): Promise<void> => vi.waitFor(look, 30_000);

beforeAll(async () => {
  parts = await createRealParts();
  port = await freePort();
  await start();
  const stored = `http://127.0.0.1:${port}`;
  store = createPrometheus({ addresses: () => [stored], fetch });
  const clock: Clock = {
    now: () => Date.now() + ahead,
    sleep: (_, signal) => new Promise((wake) => void (signal.aborted ? wake() : setTimeout(wake, 200))),
  };
  const place = { pushgateway: 'http://127.0.0.1:1', victoriaMetrics: stored };
  gateway = createTokenedGateway(place, { dataFolder: parts.folder, clock });
  ({ pushes: origin } = await gateway.start());
});
afterAll(async () => {
  await gateway.stop();
  await parts.close();
});

describe('the gateway in front of a real VictoriaMetrics', () => {
  it('carries what an exporter counts to the sums of the auditor, to the byte', async () => {
    const device = await createDevice();
    const begun = Date.now() - 1000;
    device.show(1000);
    await device.start({ RemoteServer: origin, RemoteToken: 'one', DeviceID: 'counted' });
    await device.seen(1000);
    device.show(123_456_789);
    await device.seen(123_456_789);
    const sum = async (): Promise<number> => {
      const sums = await createExactSums(store, Date.now).between({ metric: TRAFFIC_BYTES }, begun, Date.now());
      return sums.reduce((all, { bytes }) => all + bytes, 0);
    };
    await eventually(async () => expect(await sum()).toBe(123_456_789 - 1000));
    device.show(123_456_790);
    await eventually(async () => expect(await sum()).toBe(123_456_790 - 1000));
    await device.end();
  });

  it('keeps every DeviceID as it is, and users apart', async () => {
    for (const [index, device] of DEVICES.entries()) expect((await push(device, 1, index)).status).toBe(200);
    expect((await push('...', 1, 99, 'two')).status).toBe(200);
    const expected = DEVICES.map((device, index) => [`default ${device}`, index] as const);
    await eventually(async () => {
      const values = await shown(KERNEL_BYTES);
      for (const [key, value] of [...expected, ['alice ...', 99] as const]) expect(values.get(key), key).toBe(value);
      expect([...values.keys()].filter((key) => key.startsWith('bob'))).toEqual([]);
    });
  });

  it('repeats what silent devices said last, with the time at which they said it', async () => {
    const before = (await shown('push_time_seconds')).get('default 📱');
    const count = async (): Promise<number> => {
      const query = 'sum(count_over_time(push_time_seconds{instance="📱"}[5m]))';
      return (await store.instant(query, Date.now()))[0]?.value ?? 0;
    };
    const pushes = await count();
    ahead = 61_000;
    await eventually(async () => expect(await count()).toBeGreaterThan(pushes + 1));
    ahead = 0;
    expect((await shown('push_time_seconds')).get('default 📱')).toBe(before);
    expect((await shown(KERNEL_BYTES)).get('default 📱')).toBe(DEVICES.indexOf('📱'));
  });

  it('knows the last values of a device, without which none is retired', async () => {
    const values = await createStoredValues(createPrometheus({ addresses: () => [`http://127.0.0.1:${port}`] }))({
      user: 'default',
      deviceId: '📱',
    });
    expect(values.get(`${KERNEL_BYTES}{direction="upload"}`)).toBe(DEVICES.indexOf('📱'));
  });

  it('names VictoriaMetrics when it is down, and puts everything back when it comes up empty', async () => {
    const before = await shown(KERNEL_BYTES);
    const times = await shown('push_time_seconds');
    await running.kill();
    const refused = await push('📱', 2, 50);
    expect(refused.status).toBe(503);
    expect(refused.text).toMatch(/VictoriaMetrics does not take pushes .*\[server\] VictoriaMetricsAddr/);
    await rm(join(parts.folder, FOLDER), { recursive: true });
    await start();
    await eventually(async () => expect(await shown(KERNEL_BYTES)).toEqual(before));
    expect(await shown('push_time_seconds')).toEqual(times);
    expect((await push('📱', 2, 50)).status).toBe(200);
    await eventually(async () => expect((await shown(KERNEL_BYTES)).get('default 📱')).toBe(50));
  });
});
