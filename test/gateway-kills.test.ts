import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { createDevice, type Device, eventually, metricValue } from './device.ts';
import { createPushgatewayDouble } from './pushgateway-double.ts';
import { freePort } from './real-parts.ts';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
const TRAFFIC = 'flowcollect_traffic_bytes_total';
/** How Pushgateway takes the push in whose middle the gateway is killed. */
const MODES = ['silent', 'lose', 'well'] as const;
const KILLS = 6;

it('honest devices lose nothing, and no counter falls, when the gateway is killed in mid-push again and again', {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-gateway-kills-'));
  const pushgateway = await createPushgatewayDouble(() => Date.now());
  const [port, metricsPort] = [await freePort(), await freePort()];
  const settings = join(folder, 'ServerSetting.ini');
  await writeFile(
    settings,
    `[server]\nServerToken = push token\nListenPort = 127.0.0.1:${port}\n` +
      `GatewayMetricsListen = 127.0.0.1:${metricsPort}\nPushgatewayAddr = ${pushgateway.origin}\n`,
  );
  let gateway: ChildProcess | undefined;
  const startGateway = async (): Promise<void> => {
    gateway = spawn(process.execPath, [BUNDLE, 'gateway', '--config', settings], { stdio: 'ignore' });
    await eventually(async () => expect((await fetch(`http://127.0.0.1:${metricsPort}/healthz`)).status).toBe(200));
  };
  const killGateway = async (): Promise<void> => {
    if (gateway === undefined || gateway.exitCode !== null || gateway.signalCode !== null) return;
    const ended = once(gateway, 'exit');
    gateway.kill('SIGKILL');
    await ended;
  };
  const devices = new Map<string, Device>();
  const stored = (name: string): number =>
    metricValue(pushgateway.groups.get(`user/default/instance/${name}`) ?? '', TRAFFIC);
  const fallen: string[] = [];
  const highest = new Map<string, number>();
  const look = (): void => {
    for (const name of devices.keys()) {
      if (stored(name) < (highest.get(name) ?? 0)) fallen.push(name);
      highest.set(name, stored(name));
    }
  };

  try {
    await startGateway();
    for (const name of ['a', 'b']) {
      const device = await createDevice();
      devices.set(name, device);
      device.show(0);
      await device.start({ RemoteServer: `http://127.0.0.1:${port}`, DeviceID: name });
      await device.seen(0);
    }
    await eventually(() => expect(pushgateway.groups.size).toBe(2));
    let total = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = pushgateway.puts.length;
      pushgateway.mode = MODES[kill % MODES.length] ?? 'well';
      total += 1_000_003;
      for (const device of devices.values()) device.show(total);
      await eventually(() => expect(pushgateway.puts.length).toBeGreaterThan(before));
      await killGateway();
      look();
      pushgateway.mode = 'well';
      total += 77;
      for (const device of devices.values()) device.show(total);
      await startGateway();
      look();
    }
    // A device that found no gateway each time it tried waits up to a minute before it tries again.
    for (const name of devices.keys()) {
      await vi.waitFor(() => expect(stored(name)).toBe(total), { timeout: 100_000, interval: 50 });
    }
    look();
    expect(fallen).toEqual([]);
  } finally {
    for (const device of devices.values()) await device.end();
    await killGateway();
    await pushgateway.close();
    await rm(folder, { recursive: true, force: true });
  }
});
