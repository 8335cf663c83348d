import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenHttp } from '../runtime/http-listener.ts';
import { createDevice, type Device, eventually, metricValue } from '../test/device.ts';

let device: Device;

beforeEach(async () => {
  device = await createDevice();
});
afterEach(() => device.end());

describe('an edit of the settings', () => {
  it('that is broken changes nothing, is told, and sets a gauge', async () => {
    await device.start();
    await device.seen(0);
    await device.edit(`${device.ini()}PollInterval`);
    await eventually(() => expect(device.log()).toContain('settings kept as they were'));
    expect(device.log()).toMatch(/ClientSetting\.ini:11: expected/);
    const gauge = 'flowcollect_exporter_config_last_reload_successful';
    device.show(5);
    await eventually(() => expect(device.pushed()).toBe(5));
    expect(metricValue(device.gateway.pushes.at(-1)?.text ?? '', gauge)).toBe(0);
    await device.edit(device.ini());
    await eventually(() => expect(metricValue(device.gateway.pushes.at(-1)?.text ?? '', gauge)).toBe(1));
  });

  it('mends a wrong secret without a restart', async () => {
    device.show(0);
    await device.start({ MihomoSecret: 'wrong one' });
    await eventually(() => expect(device.log()).toContain('refuses the secret (401)'));
    await device.edit(device.ini());
    await device.seen(0);
    device.show(30);
    await eventually(() => expect(device.pushed()).toBe(30));
  });

  it('to another DeviceID begins new counters, and no byte is in both or in none', async () => {
    device.show(0);
    await device.start();
    await device.seen(0);
    device.show(400);
    await eventually(() => expect(device.pushed()).toBe(400));
    await device.edit(device.ini({ DeviceID: '客厅' }));
    await eventually(() => expect(device.view().deviceId).toBe('客厅'));
    device.show(1000);
    await eventually(() => expect(device.pushed('客厅')).toBe(600));
    expect(device.pushed()).toBe(400);
  });

  it('to another kernel takes that kernel’s totals for its baseline, unless it is the same one', async () => {
    device.show(0);
    await device.start();
    await device.seen(0);
    device.show(100);
    await device.edit(device.ini({ MihomoAPIAddr: device.kernel.address.replace('127.0.0.1', 'localhost') }));
    await eventually(() => expect(device.log()).toContain('settings reloaded'));
    device.show(150);
    await eventually(() => expect(device.pushed()).toBe(150));
    await device.replaceKernel();
    device.show(9000, 'another');
    await device.edit(device.ini());
    await device.seen(9000);
    device.show(9001, 'another');
    await eventually(() => expect(device.pushed()).toBe(151));
  });

  it('moves the metrics', async () => {
    const { metricsOrigin } = await device.start();
    const before = metricsOrigin();
    const free = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
    await free.close();
    await device.edit(device.ini({ MetricsListen: `127.0.0.1:${free.port}` }));
    await eventually(() => expect(metricsOrigin()).toBe(free.origin));
    expect((await fetch(`${free.origin}/healthz`)).status).toBe(200);
    await expect(fetch(`${before}/healthz`)).rejects.toThrow();
  });
});
