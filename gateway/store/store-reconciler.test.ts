import { expect, it } from 'vitest';
import { deviceKey } from '../../core/device-id.ts';
import { createLogger } from '../../runtime/logger.ts';
import type { KeptPush } from '../kept/kept-pushes.ts';
import { createStoreReconciler } from './store-reconciler.ts';

const pushAt = (deviceId: string, at: number): KeptPush => ({
  user: 'default',
  deviceId,
  stateId: 's',
  sequence: 1,
  at,
  ledger: { series: [], values: [] },
});

it('repeats to a store that forgets what devices said that were silent for a minute, once a minute, and no others', async () => {
  const pushes = [pushAt('silent', 0), pushAt('fresh', 1), pushAt('long silent', -1)];
  const forwarded: string[] = [];
  let answer: 'forwarded' | 'store_down' = 'forwarded';
  const aMinute = async (): Promise<void> => {
    for (let round = 0; round < 30; round += 1) await reconciler.reconcile();
  };
  const reconciler = createStoreReconciler({
    kept: {
      devices: () => pushes,
      held: ({ deviceId }: { deviceId: string }) => pushes.find((push) => push.deviceId === deviceId),
      isPrepared: () => false,
    } as never,
    forward: async ({ deviceId }) => {
      forwarded.push(deviceId);
      return answer;
    },
    store: {
      forgets: true,
      startedAt: async () => 'then',
      pushTimes: async () => new Map(pushes.map((push) => [deviceKey(push), push.at / 1000])),
    } as never,
    clock: { now: () => 60_000, sleep: async () => {} },
    logger: createLogger('test', 'silent'),
  });
  await reconciler.reconcile();
  expect(forwarded).toEqual([]);
  await aMinute();
  expect(forwarded).toEqual(['silent', 'long silent']);
  answer = 'store_down';
  await aMinute();
  expect(forwarded).toEqual(['silent', 'long silent', 'silent']);
});
