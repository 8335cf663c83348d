import { writeFileSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { listenHttp } from '../runtime/http.ts';
import { createLogger } from '../runtime/logger.ts';
import { openSettings } from '../runtime/settings-file.ts';
import { createDevice, type Device, downloadsOf, eventually, metricValue } from '../test/device.ts';
import { freePort } from '../test/real-parts.ts';
import { type ReceivedPush, startScriptedGateway } from '../test/scripted-gateway.ts';
import { startScriptedKernel } from '../test/scripted-kernel.ts';
import { readExporterConfig } from './config.ts';
import { statePath } from './device/state-file.ts';
import { nodeHost } from './host/node-host.ts';
import { nodeFiles } from './host/node-system.ts';
import { createExporter } from './service.ts';

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
    expect(device.log()).toMatch(/ClientSetting\.ini:12: expected/);
    const gauge = 'flowcollect_exporter_config_last_reload_successful';
    device.show(5);
    await eventually(() => expect(device.pushed()).toBe(5));
    expect(metricValue(device.gateway.pushes.at(-1)?.text ?? '', gauge)).toBe(0);
    await device.edit(device.ini());
    await eventually(() => expect(metricValue(device.gateway.pushes.at(-1)?.text ?? '', gauge)).toBe(1));
  });

  it('that comes while the exporter starts is applied', async () => {
    const { folder } = device;
    const path = join(folder, 'ClientSetting.ini');
    const logger = createLogger('exporter', 'silent');
    await device.edit(device.ini());
    const settings = await openSettings({ path, parse: readExporterConfig, logger });
    const exporter = createExporter({
      settings,
      folder,
      settingsPath: path,
      host: {
        ...nodeHost,
        uniqueText() {
          writeFileSync(path, device.ini({ DeviceID: 'b' }));
          return 'one';
        },
      },
      logger,
    });
    await exporter.start();
    settings.follow(exporter.apply);
    await eventually(() => expect(exporter.views().map(({ deviceId }) => deviceId)).toEqual(['b']));
    await settings.close();
    await exporter.stop();
  });

  it('fixes a wrong secret without a restart', async () => {
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

  it('of any other key loses no byte, nor does a restart after them all', async () => {
    const edits = {
      PollInterval: '150',
      PushInterval: '150',
      LocalNodes: '香港',
      StateDir: 'elsewhere',
      LocalLogFile: 'flow.log',
      Timezone: 'Europe/Berlin',
      DayEnds: '04:00',
      Language: 'zh',
      LogLevel: 'debug',
      RemoteToken: 'another token',
      MihomoFingerprint: 'ab'.repeat(32),
    };
    let made = {};
    let moved = 0;
    device.show(moved);
    await device.start();
    await device.seen(moved);
    for (const [key, value] of Object.entries(edits)) {
      moved += 10;
      device.show(moved);
      made = { ...made, [key]: value };
      await device.edit(device.ini(made));
      const reloads = Object.keys(made).length;
      await eventually(() => expect(device.log().match(/settings reloaded/g)).toHaveLength(reloads));
      moved += 10;
      device.show(moved);
      await eventually(() => expect([key, device.pushed()]).toEqual([key, moved]));
    }
    await device.stop();
    moved += 10;
    device.show(moved);
    await device.start(made);
    await eventually(() => expect(device.pushed()).toBe(moved));
  });

  it('to another gateway brings it all that was ever counted', async () => {
    device.show(0);
    await device.start();
    await device.seen(0);
    device.show(100);
    await eventually(() => expect(device.pushed()).toBe(100));
    const before = device.gateway;
    device.gateway = await startScriptedGateway();
    await device.edit(device.ini());
    device.show(150);
    await eventually(() => expect(device.pushed()).toBe(150));
    await before.kill();
  });

  it('to a shorter PushInterval, or a better token, does not wait for the old one to end', async () => {
    device.show(0);
    await device.start({ PushInterval: '10m' });
    await eventually(() => expect(device.gateway.pushes).toHaveLength(1));
    device.show(70);
    await device.seen(70);
    await device.edit(device.ini());
    await eventually(() => expect(device.pushed()).toBe(70));
  });

  it('to another way to the same kernel goes on counting', async () => {
    device.show(0);
    await device.start();
    await device.seen(0);
    device.show(100);
    const bySocket = await startScriptedKernel({ socketPath: join(device.folder, 'mihomo.sock') });
    bySocket.secret = device.kernel.secret;
    const byPort = device.kernel;
    device.kernel = bySocket;
    device.show(180);
    await device.edit(device.ini());
    await eventually(() => expect(device.view().kernelAddress).toBe(bySocket.address));
    device.show(200);
    await eventually(() => expect(device.pushed()).toBe(200));
    await byPort.kill();
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

  it('moves the metrics to another address of the same port, and leaves them where they are rather than nowhere', async () => {
    const free = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
    await free.close();
    const { metricsOrigin } = await device.start({ MetricsListen: `127.0.0.1:${free.port}` });
    await device.edit(device.ini({ MetricsListen: `localhost:${free.port}` }));
    await eventually(() => expect(metricsOrigin()).toBe(`http://localhost:${free.port}`));
    expect((await fetch(`${metricsOrigin()}/healthz`)).status).toBe(200);
    const { log } = device;
    // Two in a row: where the first one could not go is no place to go back to.
    for (const [index, address] of ['192.0.2.1:9101', '192.0.2.1:9102', `192.0.2.1:${free.port}`].entries()) {
      await device.edit(device.ini({ MetricsListen: address }));
      await eventually(() => expect(log().match(/settings kept as they were/g)).toHaveLength(index + 1));
      expect(metricsOrigin()).toBe(`http://localhost:${free.port}`);
      // A connection kept from before ended with the listener that it came to.
      await eventually(async () => expect((await fetch(`${metricsOrigin()}/healthz`)).status).toBe(200));
    }
    expect(log()).toContain('change [client] MetricsListen');
  });

  it('that could not be applied is applied when the same text is saved again', async () => {
    const { metricsOrigin } = await device.start({ MetricsListen: `127.0.0.1:${await freePort()}` });
    const before = metricsOrigin();
    const taken = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
    const edited = device.ini({ MetricsListen: `127.0.0.1:${taken.port}`, PushInterval: '300' });
    await device.edit(edited);
    await eventually(() => expect(device.log()).toContain('settings kept as they were'));
    expect(metricsOrigin()).toBe(before);
    await taken.close();
    await device.edit(edited);
    await eventually(() => expect(metricsOrigin()).toBe(taken.origin));
  });

  it('names a kernel whose state cannot be used, which is watched once the same text is saved again', async () => {
    const state = statePath(nodeFiles, join(device.folder, 'state'), 'other');
    // A link to itself: neither a state nor what could be set aside for one.
    await mkdir(dirname(state), { recursive: true });
    await symlink(state, state);
    const other = await startScriptedKernel();
    const section = `[kernel.other]\nMihomoAPIAddr = ${other.address}\n`;
    const { metricsOrigin } = await device.start();
    const health = async () => (await fetch(`${metricsOrigin()}/healthz`)).json();
    const gauge = 'flowcollect_exporter_config_last_reload_successful';
    const page = async () => (await fetch(`${metricsOrigin()}/metrics`)).text();
    const succeededAt = async () =>
      metricValue(await page(), 'flowcollect_exporter_config_last_reload_success_timestamp_seconds');
    const before = await succeededAt();
    await device.edit(device.ini() + section);
    await eventually(async () =>
      expect(await health()).toMatchObject({
        status: 'degraded',
        settings: false,
        devices: [{ device: 'a' }, { device: 'other', kernel: 'not_watched', problem: expect.any(String) }],
      }),
    );
    expect(metricValue(await page(), gauge)).toBe(0);
    expect(await succeededAt()).toBe(before);
    await rm(state);
    await device.edit(device.ini() + section);
    await eventually(async () =>
      expect(await health()).toMatchObject({ status: 'ok', settings: true, devices: [{}, { kernel: 'up' }] }),
    );
    expect(metricValue(await page(), gauge, { instance: 'a' })).toBe(1);
    await other.kill();
  });

  it.each([
    ['token', 'RemoteToken'],
    ['gateway', 'RemoteServer'],
  ])('of the %s during a push does not wait out the pause after it', async (_, key) => {
    device.show(0);
    await device.start({ PushInterval: '10m' });
    await eventually(() => expect(device.gateway.pushes).toHaveLength(1));
    const other = await startScriptedGateway();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let isHeld = false;
    device.gateway.onPush = () => {
      isHeld = true;
      return held;
    };
    await device.edit(device.ini({ PushInterval: '9m' }));
    await eventually(() => expect(isHeld).toBe(true));
    const value = key === 'RemoteServer' ? other.origin : 'another token';
    await device.edit(device.ini({ PushInterval: '9m', [key]: value }));
    await eventually(() => expect(device.log().match(/settings reloaded/g)).toHaveLength(2));
    device.show(70);
    await device.seen(70);
    release();
    const reached = key === 'RemoteServer' ? other : device.gateway;
    await eventually(() => expect(reached.last(pushPath('a'))).toBeDefined());
    await eventually(() => expect(downloadsOf(reached.last(pushPath('a')) as ReceivedPush)).toBe(70));
    await other.kill();
  });
});
