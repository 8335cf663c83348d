import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogger } from '../runtime/logger.ts';
import { createKernelSimulator, type KernelSimulator } from '../simulator/kernel/kernel-simulator.ts';
import { createHouseholdSource } from '../simulator/kernel/kernel-source.ts';
import { eventually, metricValue } from '../test/device.ts';
import { freshCounters, newStateId, openCounters } from '../test/device-models.ts';
import type { DeviceCounters } from './device/device-counters.ts';
import { nodeNetwork } from './host/node-network.ts';
import { createKernelClient, type KernelClient } from './kernel/client.ts';
import { decodeReadBack } from './push/gateway-client.ts';
import { newProcessCounters, renderMetrics } from './push/metrics.ts';

const MINUTE = 60_000;
let now: number;
let kernel: KernelSimulator;
let client: KernelClient;
let looks: number;

/** The kernel checks its nodes every five minutes: 香港 01 and 日本 01 for a group, the others for their provider. */
beforeEach(async () => {
  now = Date.UTC(2026, 10, 24);
  const source = createHouseholdSource({ seed: '1', shape: 'mixed', startedAt: now, checkEvery: 5 * MINUTE });
  kernel = createKernelSimulator({ source, now: () => now, port: 0, secret: '' });
  await kernel.start();
});
afterEach(async () => {
  await client.stop();
  await kernel.stop();
});

/** Watches the simulated kernel; its nodes are listed again when their list has become ten simulated minutes old. */
function watch(device: DeviceCounters): void {
  looks = 0;
  client = createKernelClient({
    network: nodeNetwork,
    address: kernel.origin(),
    secret: '',
    pollInterval: 50,
    clock: {
      now: () => now,
      sleep: (_, signal) => new Promise((resolve) => void setTimeout(resolve, signal?.aborted ? 0 : 20)),
    },
    logger: createLogger('test', 'silent'),
    language: () => 'en',
    chance: () => 0,
    onFrame: (frame, catalog) => void device.apply(frame, catalog),
    onVersion: () => {},
    onLife: () => {},
    onTotals: () => {},
    onConnectionOpened: () => {},
    onChecks(nodes) {
      device.noteChecks(nodes);
      looks += 1;
    },
    onLogs: () => {},
    onLink: () => {},
  });
  client.start();
}

async function pass(minutes: number): Promise<void> {
  const before = looks;
  now += minutes * MINUTE;
  await eventually(() => expect(looks).toBeGreaterThan(before));
}

const checksOf = (device: DeviceCounters): Record<string, number> =>
  Object.fromEntries(device.checks().map(({ node, provider, checks }) => [`${node} of ${provider}`, checks]));
const each = (checks: number): Record<string, number> => ({
  '香港 01 | x2 of ': checks,
  '日本 01 of ': checks,
  '美国 01 [0.5x] of airport-b': checks,
  '新加坡 02 [1.5x] of airport-b': checks,
});

it('are counted over restarts of the exporter and of the kernel, and pushed', async () => {
  const first = freshCounters('one');
  watch(first);
  await eventually(() => expect(looks).toBe(1));
  await pass(11);
  expect(checksOf(first)).toEqual(each(2));
  await client.stop();
  now += 10 * MINUTE;
  const second = openCounters(first.save());
  watch(second);
  await eventually(() => expect(looks).toBe(1));
  expect(checksOf(second)).toEqual(each(4));
  await kernel.die();
  await kernel.revive();
  await pass(11);
  expect(checksOf(second)).toEqual(each(6));

  const moment = {
    interfaces: [],
    kernelUp: true,
    kernelVersion: undefined,
    logsUp: true,
    reload: { successful: true, succeededAt: 0 },
  };
  const pushed = { ...moment, counters: second.counters(), checks: second.checks() };
  const text = renderMetrics(pushed, newProcessCounters(0));
  const labels = { node: '美国 01 [0.5x]', provider: 'airport-b' };
  expect(metricValue(text, 'flowcollect_health_checks_total', labels)).toBe(6);
  const third = freshCounters('three');
  third.reconcile(decodeReadBack(text, 'one 7'), now, newStateId);
  expect(checksOf(third)).toEqual(each(6));
});
