import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSerialQueue } from './serial-queue.ts';

it('runs one task after the other, in order of arrival', async () => {
  const queue = createSerialQueue();
  const seen: string[] = [];
  const slow = queue.run(async () => {
    seen.push('a begins');
    await delay(10);
    seen.push('a ends');
    return 1;
  });
  const quick = queue.run(() => seen.push('b'));
  expect(seen).toEqual([]);
  expect(await slow).toBe(1);
  await quick;
  expect(seen).toEqual(['a begins', 'a ends', 'b']);
});

it('tells who asked of a failure, and goes on', async () => {
  const queue = createSerialQueue();
  const failing = queue.run(() => Promise.reject(new Error('no')));
  const next = queue.run(() => 'done');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});

it('is idle when what was given has ended, well or not', async () => {
  const queue = createSerialQueue();
  let ended = false;
  queue
    .run(async () => {
      await delay(10);
      ended = true;
      throw new Error('no');
    })
    .catch(() => undefined);
  await queue.idle();
  expect(ended).toBe(true);
});
