import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import type { KeptPush } from '../kept/kept-pushes.ts';
import { createStaleSeriesRefresher } from './stale-series-refresher.ts';

const pushAt = (deviceId: string, at: number): KeptPush => ({
  user: 'default',
  deviceId,
  stateId: 's',
  sequence: 1,
  at,
  ledger: { series: [], values: [] },
});

it('repeats what devices said that were silent for a minute, and no others', async () => {
  const pushes = [pushAt('silent', 0), pushAt('fresh', 1), pushAt('long silent', -1)];
  const forwarded: string[] = [];
  let answer: 'forwarded' | 'store_down' = 'forwarded';
  const refresher = createStaleSeriesRefresher({
    kept: {
      devices: () => pushes,
      held: ({ deviceId }: { deviceId: string }) => pushes.find((push) => push.deviceId === deviceId),
    } as never,
    forward: async ({ deviceId }) => {
      forwarded.push(deviceId);
      return answer;
    },
    clock: { now: () => 60_000, sleep: async () => {} },
    logger: createLogger('test', 'silent'),
  });
  await refresher.refresh();
  expect(forwarded).toEqual(['silent', 'long silent']);
  answer = 'store_down';
  await refresher.refresh();
  expect(forwarded).toEqual(['silent', 'long silent', 'silent']);
  await refresher.stop();
});
