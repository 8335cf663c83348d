import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDevice, type Device, eventually } from '../test/device.ts';
import { startScriptedKernel } from '../test/scripted-kernel.ts';

let device: Device;

beforeEach(async () => {
  device = await createDevice();
});
afterEach(() => device.end());

/** Pushes once, moves bytes for a while, then finds the disk as it was two seconds after the last of them. */
async function cutPowerAfterMoving(changes: Readonly<Record<string, string>>): Promise<void> {
  const settings = { PushInterval: '10m', ...changes };
  device.show(0);
  await device.start(settings);
  await eventually(() => expect(device.gateway.pushes.length).toBe(1));
  for (const bytes of [1000, 20_000, 300_000]) {
    device.show(bytes);
    await device.seen(bytes);
    await delay(700);
  }
  await delay(1300);
  await cp(join(device.folder, 'state'), join(device.folder, 'after'), { recursive: true });
  await device.gateway.kill();
  await device.stop();
  await device.reviveGateway();
  const { address, secret } = device.kernel;
  await device.kernel.kill();
  device.kernel = await startScriptedKernel({ port: Number(new URL(address).port) });
  device.kernel.secret = secret;
  device.show(7, 'new');
  await device.start({ ...settings, PushInterval: '200', StateDir: 'after' });
}

it('a power cut of exporter and kernel together loses nothing that moved two seconds before, long after the last push', async () => {
  await cutPowerAfterMoving({ StateAppend: 'on' });
  await eventually(() => expect(device.pushed()).toBe(300_007));
});

it('with StateAppend = off it loses what moved since the last push, as the log says', async () => {
  await cutPowerAfterMoving({ StateAppend: 'off' });
  await eventually(() => expect(device.pushed()).toBe(7));
  expect(device.log()).toContain('what moved since the last one is lost where a power cut ends the kernel too');
});
