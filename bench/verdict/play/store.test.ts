import { describe, expect, it } from 'vitest';
import { createUsageReader } from '../../../auditor/usage/window-use.ts';
import { HEALTH_CHECKS, LOST_BYTES, TRAFFIC_BYTES } from '../../../core/metric-contract.ts';
import type { Device, Use } from './records.ts';
import { createStore, createStoredPrometheus } from './store.ts';

const HOUR = 3_600_000;

const phone: Device = {
  user: 'default',
  device: 'phone',
  firstPush: 2 * HOUR,
  lastPush: null,
  silences: [{ from: 4 * HOUR, to: 6 * HOUR }],
  losses: [{ from: 7 * HOUR, to: 8 * HOUR, bytes: 50, unobserved: 3600, restart: true }],
};

const use: Use = {
  from: 0,
  to: 10 * HOUR,
  user: 'default',
  device: 'phone',
  provider: 'a',
  node: 'HK',
  class: 'proxy',
  direction: 'download',
  bytes: 10_000,
  uncounted: false,
};

const checks = { from: 2 * HOUR, to: 4 * HOUR, user: 'default', device: 'phone', provider: 'a', node: 'HK', count: 8 };

const store = createStore({ use: [use], checks: [checks], devices: [phone] });
const labels = { job: 'flowcollect', user: 'default' };
const moved = async (from: number, to: number, metric: string = TRAFFIC_BYTES): Promise<[number, boolean][]> =>
  (await store.between({ metric, labels }, from * HOUR, to * HOUR)).map(({ bytes, isNew }) => [bytes, isNew]);

describe('the store of days that are played', () => {
  it('knows nothing of a device before its first push, and nothing that moved before it', async () => {
    expect(await moved(0, 1)).toEqual([]);
    expect(await moved(1, 3)).toEqual([[1000, true]]);
  });

  it('spreads use evenly, and windows that touch add up', async () => {
    expect(await moved(3, 3.5)).toEqual([[500, false]]);
    expect(await moved(3, 4)).toEqual([[1000, false]]);
  });

  it('holds what moved in a silence back until its end', async () => {
    expect(await moved(4, 5.9)).toEqual([[0, false]]);
    expect(await moved(5.9, 6)).toEqual([[2000, false]]);
  });

  it('counts health checks and what devices lost sight of', async () => {
    expect(await moved(1, 4, HEALTH_CHECKS)).toEqual([[8, true]]);
    expect(await moved(6, 9, LOST_BYTES)).toEqual([[50, true]]);
  });

  it('tells when devices pushed last, as the auditor asks it', async () => {
    const { devices } = await createUsageReader(createStoredPrometheus(store), store).window(
      'default',
      3 * HOUR,
      5 * HOUR,
    );
    expect(devices).toMatchObject([{ device: 'phone', lastPush: 4 * HOUR, isNew: false }]);
  });

  it('refuses use of a device that it does not know', () => {
    expect(() => createStore({ use: [{ ...use, device: 'desk' }], checks: [], devices: [phone] })).toThrow('desk');
  });
});
