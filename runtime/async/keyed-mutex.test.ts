import { expect, it } from 'vitest';
import { createKeyedMutex } from './keyed-mutex.ts';

function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

it('runs tasks of one key in order, and those of others meanwhile', async () => {
  const mutex = createKeyedMutex(3);
  const first = gate();
  const seen: string[] = [];
  const slow = mutex.run('a', async () => {
    await first.opened;
    seen.push('a1');
  });
  const next = mutex.run('a', async () => void seen.push('a2'));
  await mutex.run('b', async () => void seen.push('b1'));
  first.open();
  await Promise.all([slow, next]);
  expect(seen).toEqual(['b1', 'a1', 'a2']);
});

it('goes on after a task that fails', async () => {
  const mutex = createKeyedMutex(2);
  const failing = mutex.run('a', () => Promise.reject(new Error('no')));
  const next = mutex.run('a', async () => 'done');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('done');
});

it('turns away more than its limit of one key, and takes them once others are through', async () => {
  const mutex = createKeyedMutex(1);
  const first = gate();
  const slow = mutex.run('a', () => first.opened);
  expect(mutex.run('a', async () => 1)).toBeUndefined();
  first.open();
  await slow;
  await mutex.idle();
  expect(await mutex.run('a', async () => 2)).toBe(2);
});
