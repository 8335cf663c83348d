import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import { createLogger } from '../../runtime/logger.ts';
import { type KeptPushes, keptBytes, openKeptPushes } from '../kept/kept-pushes.ts';
import type { Delivery } from '../store/store.ts';
import { createPushService, type PushService } from './push-service.ts';

/** Of four pushes of {@link push}, half of them set aside for the two users. */
const MOST = 4 * keptBytes({ series: [], values: [] }, Buffer.alloc(1000));

let folder: string;
let kept: KeptPushes;
let pushes: PushService;
let delivery: Delivery;

const logger = createLogger('test', 'silent');
async function open(most = MOST): Promise<void> {
  kept = await openKeptPushes(folder, logger, () => {});
  pushes = createPushService({
    kept,
    keptBytes: most,
    tokens: () => [{ user: 'rude' }, { user: 'alice' }],
    disk: { watch: (write) => write() },
    store: {
      name: 'Pushgateway',
      setting: 'none',
      forgets: false,
      put: async () => delivery,
      remove: async () => delivery,
      startedAt: async () => undefined,
      pushTimes: async () => new Map(),
      close: async () => undefined,
    },
    clock: { now: () => 0, sleep: async () => undefined },
    logger,
  });
}
/** @returns `accepted`, or the code of the problem */
async function push(user: string, deviceId: string, bytes = 1000, sequence = 1, packed?: Buffer): Promise<string> {
  const series = `${KERNEL_BYTES}{direction="upload"}`;
  const text = Buffer.from(`# TYPE ${KERNEL_BYTES} counter\n${series} 1\n`.padEnd(bytes, '\n'));
  const ledger = { series: [series], values: [1] };
  const result = await pushes.push(
    { user, deviceId },
    { kind: 'state', stateId: 's', sequence },
    { text, packed, ledger },
  );
  return result.kind === 'accepted' ? result.kind : result.code;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-pushes-'));
  delivery = { kind: 'delivered' };
  await open();
});
afterEach(async () => {
  await kept.close();
  await rm(folder, { recursive: true, force: true });
});

describe('what is kept of pushes', () => {
  it('is bounded, and one user leaves the others their part of it', async () => {
    for (const device of ['1', '2', '3']) expect(await push('rude', device)).toBe('accepted');
    expect(await push('rude', '4')).toBe('no_room');
    expect(await push('alice', 'phone')).toBe('accepted');
    expect(await push('alice', 'laptop')).toBe('no_room');
  });

  it('is bounded as much for pushes that come together', async () => {
    const answers = await Promise.all(['1', '2', '3', '4', '5', '6'].map((device) => push('rude', device)));
    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(3);
    expect(await push('alice', 'phone')).toBe('accepted');
  });

  it('lets devices go on that take no more than before', async () => {
    for (const device of ['1', '2', '3']) await push('rude', device);
    expect(await push('rude', '1', 1000, 2)).toBe('accepted');
    expect(await push('rude', '1', 1001, 3)).toBe('no_room');
    expect(await push('rude', '1', 400, 3)).toBe('accepted');
    expect(await push('rude', '2', 1500, 2)).toBe('accepted');
  });

  it('counts gzip data that is longer than its text, and nothing that the store declined', async () => {
    expect(await push('rude', '1', 100, 1, Buffer.alloc(3 * 1256))).toBe('no_room');
    delivery = { kind: 'declined', status: 400, answer: '' };
    for (const device of ['1', '2', '3', '4']) expect(await push('rude', device)).toBe('pushgateway_refused');
    expect([...kept.usage.bytes, ...kept.usage.devices]).toEqual([]);
  });

  it('is of two thousand devices at most, of which one user leaves the others their part', async () => {
    await kept.close();
    await open(2 ** 40);
    const pushes = await Promise.all(Array.from({ length: 2000 }, (_, device) => push('rude', String(device))));
    // Half of them, and their own half of the rest.
    expect(pushes.filter((answer) => answer === 'accepted')).toHaveLength(1500);
    expect(pushes.filter((answer) => answer === 'no_room')).toHaveLength(500);
    expect(await push('rude', '0')).toBe('accepted');
    expect(await push('alice', 'phone')).toBe('accepted');
  });

  it('is counted again at a start', async () => {
    for (const device of ['1', '2', '3']) await push('rude', device);
    const before = [...kept.usage.bytes, ...kept.usage.devices];
    expect(before).toEqual([
      ['rude', 3 * 1256],
      ['rude', 3],
    ]);
    await kept.close();
    await open();
    expect([...kept.usage.bytes, ...kept.usage.devices]).toEqual(before);
  });
});
