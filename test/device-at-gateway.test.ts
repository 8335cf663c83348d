import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeNetwork } from '../exporter/host/node-network.ts';
import { createGatewayClient } from '../exporter/push/gateway-client.ts';
import { hashToken } from '../gateway/access/authenticate.ts';
import { createGateway, type Gateway } from '../gateway/service.ts';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { createDevice, type Device, eventually, metricValue } from './device.ts';
import { createPushgatewayDouble, type PushgatewayDouble } from './pushgateway-double.ts';

/** A token as people choose them. */
const CHOSEN = '我家的令牌，谁也猜不到 déjà';
let device: Device;
let pushgateway: PushgatewayDouble;
let gateway: Gateway;
let origin: string;
/** Milliseconds that the gateway's clock is ahead. */
let ahead: number;

beforeEach(async () => {
  ahead = 0;
  pushgateway = await createPushgatewayDouble(() => Date.now());
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  gateway = createGateway({
    places: {
      dataDir: await mkdtemp(join(tmpdir(), 'flowcollect-gateway-')),
      prometheus: 'http://127.0.0.1:9',
      listen: address,
      metrics: address,
      pushgateway: pushgateway.origin,
    },
    clock: { ...systemClock, now: () => Date.now() + ahead },
    logger: createLogger('gateway', 'silent'),
    tokens: () => ['push token', CHOSEN].map((token) => ({ hash: hashToken(token), user: 'default' })),
    lastReload: () => ({ successful: true, succeededAt: 0 }),
  });
  ({ pushes: origin } = await gateway.start());
  device = await createDevice();
});
afterEach(async () => {
  await device.end();
  await gateway.stop();
  await pushgateway.close();
});

const start = () => device.start({ RemoteServer: origin });
const stored = (): number =>
  metricValue(pushgateway.groups.get('user/default/instance/a') ?? '', 'flowcollect_traffic_bytes_total');

describe('an exporter at the real gateway', () => {
  it('is admitted, and its counters reach Pushgateway', async () => {
    device.show(100);
    await start();
    await device.seen(100);
    device.show(130);
    await eventually(() => expect(stored()).toBe(30));
  });

  it('is admitted with a token in any script, which goes out as UTF-8', async () => {
    device.show(100);
    await device.start({ RemoteServer: origin, RemoteToken: CHOSEN });
    await device.seen(100);
    device.show(130);
    await eventually(() => expect(stored()).toBe(30));
  });

  it('goes on under its own state, and takes over under a new one after a minute', async () => {
    device.show(0);
    await start();
    await device.seen(0);
    device.show(500);
    await eventually(() => expect(stored()).toBe(500));
    await device.stop();
    device.show(600);
    await start();
    await eventually(() => expect(stored()).toBe(600));
    await device.stop();
    await rm(join(device.folder, 'state'), { recursive: true });
    device.show(700);
    await start();
    await eventually(() => expect(device.log()).toContain('another exporter pushes under this DeviceID'));
    expect(stored()).toBe(600);
    ahead = 61_000;
    await eventually(() => expect(stored()).toBe(700));
  });

  it('is told how long ago its last push was accepted', async () => {
    device.show(0);
    await start();
    await eventually(() => expect(pushgateway.groups.size).toBe(1));
    await device.stop();
    const client = createGatewayClient(nodeNetwork);
    const address = { origin: origin, token: 'push token', deviceId: 'a' };
    const found = await client.readBack(address);
    await client.close();
    expect(found).toMatchObject({ kind: 'found', age: expect.any(Number) });
    expect(found.kind === 'found' ? found.age : undefined).toBeLessThan(60_000);
  });

  it('switches dimensions off and on again while it runs, and is not refused for it', async () => {
    const hosts = (): number =>
      metricValue(pushgateway.groups.get('user/default/instance/a') ?? '', 'flowcollect_host_bytes_total');
    device.show(0);
    await start();
    await device.seen(0);
    device.show(10);
    await eventually(() => expect(hosts()).toBe(10));
    await device.edit(device.ini({ RemoteServer: origin, Privacy: 'on' }));
    await eventually(() => expect(hosts()).toBe(0));
    device.show(25);
    await eventually(() => expect(stored()).toBe(25));
    await device.edit(device.ini({ RemoteServer: origin }));
    await eventually(() => expect(hosts()).toBe(10));
    device.show(30);
    await eventually(() => expect(hosts()).toBe(15));
    expect(stored()).toBe(30);
    expect(device.log()).not.toContain('counters must not fall');
  });

  it('loses nothing while Pushgateway is down', async () => {
    device.show(0);
    await start();
    await device.seen(0);
    device.show(10);
    await eventually(() => expect(stored()).toBe(10));
    await pushgateway.unlisten();
    device.show(2000);
    await eventually(() => expect(device.log()).toContain('look at the gateway and Pushgateway on the server'));
    device.show(3000);
    await pushgateway.listen();
    await eventually(() => expect(stored()).toBe(3000));
  });
});
