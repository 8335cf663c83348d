import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { statePath } from '../exporter/device/state-file.ts';
import { nodeFiles } from '../exporter/host/node-system.ts';
import { createKernelSimulator, type KernelSimulator } from '../simulator/kernel/kernel-simulator.ts';
import { createHouseholdSource } from '../simulator/kernel/kernel-source.ts';
import { createDevice, type Device, eventually, metricValue } from './device.ts';

const NAMES = ['客厅', 'bedroom', 'router', 'phone', 'nas'] as const;
type Name = (typeof NAMES)[number];

let device: Device;
let kernels: Map<Name, { kernel: KernelSimulator; socket: string; secret: string }>;
/** Simulated time stands still until it is let go, so that each kernel's first frame shows nothing. */
let time: { base: number; since: number | undefined };

const now = (): number => time.base + (time.since === undefined ? 0 : Date.now() - time.since);
const go = (): void => {
  time = { base: now(), since: Date.now() };
};
const halt = (): void => {
  time = { base: now(), since: undefined };
};

beforeEach(async () => {
  time = { base: Date.UTC(2026, 10, 24), since: undefined };
  device = await createDevice();
  kernels = new Map();
  for (const name of NAMES) {
    const source = createHouseholdSource({ seed: name, shape: 'mixed', startedAt: now() });
    const socket = join(await mkdtemp(join(tmpdir(), 'flowcollect-kernel-')), 'mihomo.sock');
    const secret = `secret of ${name.length}`;
    const kernel = createKernelSimulator({ source, now, port: 0, secret, socketPath: socket });
    await kernel.start();
    kernels.set(name, { kernel, socket, secret });
  }
});
afterEach(async () => {
  await device.end();
  for (const { kernel } of kernels.values()) await kernel.stop();
});

function the(name: Name) {
  const found = kernels.get(name);
  if (found === undefined) throw new Error(`no kernel ${name}`);
  return found;
}

/** Sections for kernels; those in `bySocket` are reached over their unix sockets. */
const sections = (names: readonly Name[], bySocket: readonly Name[] = []): string =>
  names
    .map((name) => {
      const { kernel, socket, secret } = the(name);
      return `[kernel.${name}]\nMihomoAPIAddr = ${bySocket.includes(name) ? socket : kernel.origin()}\nMihomoSecret = ${secret}\n`;
    })
    .join('');

const lastPush = (name: Name): string => device.gateway.last(pushPath(name))?.text ?? '';
const pushed = (name: Name, metric = 'flowcollect_kernel_bytes_total') =>
  (['upload', 'download'] as const).map((direction) => metricValue(lastPush(name), metric, { direction }));
const totals = (name: Name) => {
  const { upload, download } = the(name).kernel.source().totals();
  return [upload, download];
};

/** Stands still and sees that every byte of these kernels has been pushed, and that the series add up to it. */
async function expectAllCounted(names: readonly Name[]): Promise<void> {
  halt();
  for (const name of names) {
    await eventually(() => expect([name, pushed(name)]).toEqual([name, totals(name)]));
    const [traffic, carry] = [
      pushed(name, 'flowcollect_traffic_bytes_total'),
      pushed(name, 'flowcollect_exporter_carry_bytes'),
    ];
    expect(traffic.map((bytes, index) => bytes + (carry[index] ?? 0))).toEqual(totals(name));
    expect(totals(name)[1]).toBeGreaterThan(0);
  }
}

const shown = (names: readonly Name[]): Promise<void> =>
  eventually(() => {
    const views = device.exporter.views();
    expect(views.map(({ deviceId }) => deviceId)).toEqual(expect.arrayContaining([...names]));
    for (const { counters } of views) expect(counters.raw).toBeDefined();
  });

describe('five kernels in one process', () => {
  it('are counted each by itself, and what fails with one leaves the others alone', async () => {
    await device.start({}, sections(NAMES, ['nas']));
    await shown(NAMES);
    go();
    await delay(1000);
    await the('router').kernel.die();
    await eventually(() =>
      expect(device.exporter.views().find(({ deviceId }) => deviceId === 'router')?.link.kind).toBe('down'),
    );
    await delay(500);
    const others = NAMES.filter((name) => name !== 'router');
    await expectAllCounted(others);
    const before = pushed('router');
    const atItsEnd = totals('router');

    await the('router').kernel.revive();
    await eventually(() => expect(metricValue(lastPush('router'), 'flowcollect_kernel_restarts_total')).toBe(1));
    go();
    await delay(500);
    await expectAllCounted(others);
    // What it was seen to move after its last frame is counted too.
    const ofFirstLife = () => totals('router').map((bytes, index) => (pushed('router')[index] ?? 0) - bytes);
    await eventually(() => {
      for (const [index, bytes] of ofFirstLife().entries()) {
        expect(bytes).toBeGreaterThanOrEqual(before[index] ?? 0);
        expect(bytes).toBeLessThanOrEqual(atItsEnd[index] ?? 0);
      }
    });

    const page = await (await fetch(`${device.exporter.metricsOrigin()}/metrics`)).text();
    for (const name of NAMES) expect(metricValue(page, 'flowcollect_kernel_up', { instance: name })).toBe(1);
  });

  it('go on without one whose state cannot be used, until that is fixed', async () => {
    const state = statePath(nodeFiles, join(device.folder, 'state'), 'router');
    // A link to itself: neither a state nor what could be set aside for one.
    await mkdir(dirname(state), { recursive: true });
    await symlink(state, state);
    await device.start({}, sections(NAMES));
    const others = NAMES.filter((name) => name !== 'router');
    await shown(others);
    expect(device.log()).toContain('this kernel is not watched');
    go();
    await delay(300);
    await expectAllCounted(others);
    await rm(state);
    await device.edit(device.ini() + sections(NAMES));
    await shown(NAMES);
  });

  it('come, go and move by an edit without losing a byte, also what moved while one was not watched', async () => {
    await device.start({}, sections(NAMES));
    await shown(NAMES);
    go();
    await delay(600);
    // One goes, one is reached over its socket instead, one is read at another interval.
    const rest = NAMES.filter((name) => name !== 'phone');
    const edited = sections(rest, ['router']).replace('[kernel.nas]\n', '[kernel.nas]\nPollInterval = 150\n');
    await device.edit(device.ini() + edited);
    await eventually(() => expect(device.exporter.views()).toHaveLength(rest.length + 1));
    await eventually(() => expect(the('router').kernel.source().totals().download).toBeGreaterThan(0));
    await delay(600);
    const whenGone = pushed('phone');
    await device.edit(device.ini() + sections(NAMES, ['router']));
    await shown(NAMES);
    await expectAllCounted(NAMES);
    expect(pushed('phone')[1]).toBeGreaterThan(whenGone[1] ?? 0);
    expect(device.log()).not.toContain('did not');
  });

  it('stand instead of a kernel of [client] that has no DeviceID, and take up their states after a restart', async () => {
    await device.start({ DeviceID: '' }, sections(['bedroom', '客厅']));
    await shown(['bedroom', '客厅']);
    expect(device.exporter.views()).toHaveLength(2);
    go();
    await delay(400);
    await device.stop();
    await delay(300);
    await device.start({ DeviceID: '' }, sections(['bedroom', '客厅']));
    await shown(['bedroom', '客厅']);
    await expectAllCounted(['bedroom', '客厅']);
  });
});
