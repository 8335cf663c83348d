import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDevice, type Device, downloadsOf, eventually } from '../test/device.ts';
import { statePath } from './device/state-file.ts';
import { nodeFiles } from './host/node-system.ts';

let device: Device;

beforeEach(async () => {
  device = await createDevice();
});
afterEach(() => device.end());

describe('a state that is gone', () => {
  async function loseState(): Promise<void> {
    device.show(0);
    await device.start();
    await device.seen(0);
    device.show(700);
    await eventually(() => expect(device.pushed()).toBe(700));
    await device.stop();
    await rm(join(device.folder, 'state'), { recursive: true });
  }

  it('is made up for by the gateway, under a new state id', async () => {
    await loseState();
    device.show(900);
    await device.start();
    await eventually(() => expect(device.pushed()).toBe(900));
    expect(device.gateway.pushes.at(-1)?.state).toMatch(/^state2 \d+$/);
  });

  it('waits for a gateway that does not answer, and loses nothing', async () => {
    await loseState();
    const { pushes } = device.gateway;
    await device.gateway.kill();
    device.show(1000);
    await device.start();
    await device.seen(1000);
    await eventually(() => expect(device.log()).toContain('cannot be reached'));
    device.show(1200);
    await device.stop();
    await device.reviveGateway();
    device.show(1300);
    await device.start();
    await eventually(() => expect(device.pushed()).toBe(1300));
    expect(pushes.filter((push) => downloadsOf(push) < 700 && downloadsOf(push) > 0)).toEqual([]);
  });

  it('or is damaged is set aside with a message', async () => {
    device.show(0);
    await device.start();
    await eventually(() => expect(device.gateway.pushes.length).toBeGreaterThan(0));
    await device.stop();
    await writeFile(statePath(nodeFiles, join(device.folder, 'state'), 'a'), 'garbage');
    device.show(50);
    await device.start();
    await eventually(() => expect(device.pushed()).toBe(50));
    expect(device.log()).toContain('the state is not usable and was set aside');
    expect(device.log()).toMatch(/exporter-state\.[0-9a-f]{16}\.json\.corrupt-/);
  });

  it('cannot be written on a full disk: this is said, and pushing goes on', async () => {
    await writeFile(join(device.folder, 'state'), 'a file where a folder should be');
    await expect(device.start()).rejects.toThrow(
      /the state .*exporter-state\.[0-9a-f]{16}\.json cannot be used \(ENOTDIR\); fix \[client\] StateDir/,
    );
    await device.stop();
    await rm(join(device.folder, 'state'));
    device.show(0);
    await device.start();
    await eventually(() => expect(device.gateway.pushes.length).toBeGreaterThan(0));
    await rm(join(device.folder, 'state'), { recursive: true });
    await writeFile(join(device.folder, 'state'), 'a file where a folder should be');
    device.show(60);
    await eventually(() => expect(device.pushed()).toBe(60));
    expect(device.log()).toContain('the state cannot be written; free the disk or move [client] StateDir');
  });
});
