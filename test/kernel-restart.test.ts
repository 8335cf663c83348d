import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SavedCounters } from '../exporter/device/saved-device.ts';
import { statePath } from '../exporter/device/state-file.ts';
import { nodeFiles } from '../exporter/host/node-system.ts';
import { createKernelSimulator, type KernelSimulator } from '../simulator/kernel/kernel-simulator.ts';
import { createHouseholdSource, type KernelSource } from '../simulator/kernel/kernel-source.ts';
import { createDevice, type Device, eventually, metricValue } from './device.ts';

const STARTED_AT = Date.UTC(2026, 10, 24);
const SECRET = 'kernel secret';

let device: Device;
let kernel: KernelSimulator;
/** Simulated time: it stands still but for what a test lets pass. */
let now: number;

async function startKernel(source: KernelSource): Promise<void> {
  kernel = createKernelSimulator({ source, now: () => now, port: 0, secret: SECRET });
  await kernel.start();
}
const household = (): KernelSource => createHouseholdSource({ seed: '1', shape: 'mixed', startedAt: STARTED_AT });
const total = (): number => kernel.source().totals().download;
const counted = (): number => device.view().counters.kernel.download;
const saved = async (): Promise<SavedCounters> => {
  const [, body = ''] = (await readFile(statePath(nodeFiles, join(device.folder, 'state'), 'a'), 'utf8')).split('\n');
  return JSON.parse(body) as SavedCounters;
};
/** With frames so rare that the first one stays the last. */
const start = () => device.start({ MihomoAPIAddr: kernel.origin(), MihomoSecret: SECRET, PollInterval: '60000' });

/** Lets the kernel end and come back, and a frame of it be accounted. */
async function restartKernel(): Promise<void> {
  await kernel.die();
  await eventually(() => expect(device.view().link.kind).toBe('down'));
  await kernel.revive();
  await eventually(() => expect(device.view().link.kind).toBe('up'));
  now += 3000;
  // The last frame of a clean stop.
  await device.stop();
  await start();
  await eventually(() => expect(device.view().counters.raw?.download).toBe(total()));
}

beforeEach(async () => {
  now = STARTED_AT;
  device = await createDevice();
});
afterEach(async () => {
  await device.end();
  await kernel.stop();
});

it('a kernel takes along what moved after its last message alone, though its last frame is long ago', async () => {
  await startKernel(household());
  await start();
  await device.seen(0);
  now += 8000;
  const told = total();
  // The second that ends with this message.
  await eventually(async () => expect((await saved()).ledger.latest?.download).toBe(told));
  expect(counted()).toBe(0);
  now += 600;
  const hidden = total() - told;
  expect(hidden).toBeGreaterThan(0);
  await restartKernel();
  expect(counted()).toBe(told + total());
  const [push] = device.gateway.pushes.slice(-1);
  const series = metricValue(push?.text ?? '', 'flowcollect_traffic_bytes_total', { direction: 'download' });
  expect(series + device.view().counters.carry.download).toBe(counted());
  expect(told).toBeGreaterThan(4 * hidden);
});

it('a kernel that is too old to tell its totals takes along all that moved after its last frame', async () => {
  await startKernel({ ...household(), tellsTotals: false });
  await start();
  await device.seen(0);
  now += 8000;
  expect(total()).toBeGreaterThan(0);
  await restartKernel();
  expect(counted()).toBe(total());
});
