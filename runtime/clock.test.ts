import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('sleeps, and wakes at once when it is told to stop', async () => {
  await systemClock.sleep(1, new AbortController().signal);
  const stop = new AbortController();
  const asleep = systemClock.sleep(60_000, stop.signal);
  stop.abort();
  await asleep;
  await systemClock.sleep(60_000, stop.signal);
});

it('tells epoch milliseconds', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});
