import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Clock,
  createFairSemaphore,
  createKeyedMutex,
  createPeriodicTask,
  createSerialQueue,
  systemClock,
} from './async.ts';

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

/** Long enough for every promise that can be kept to be. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function semaphore(atOnce: number) {
  const turns = createFairSemaphore(atOnce);
  const begun: { readonly who: string; readonly end: () => void }[] = [];
  const ask = (who: string, signal: AbortSignal = new AbortController().signal): void => {
    void turns.take(who, signal).then((end) => {
      if (end !== undefined) begun.push({ who, end });
    });
  };
  return { ask, begun, who: () => begun.map(({ who }) => who).join('') };
}

describe('turns of a fair semaphore', () => {
  it('leave half of all to others, whatever one asks', async () => {
    const { ask, who } = semaphore(4);
    for (let count = 0; count < 100; count += 1) ask('a');
    await settle();
    expect(who()).toBe('aa');
    ask('b');
    ask('c');
    await settle();
    expect(who()).toBe('aabc');
  });

  it('go first to whoever has the fewest under way, then to who came first', async () => {
    const { ask, begun, who } = semaphore(3);
    for (const each of 'aabbaca') ask(each);
    await settle();
    expect(who()).toBe('aab');
    begun[2]?.end();
    await settle();
    expect(who()).toBe('aabb');
    begun[3]?.end();
    await settle();
    expect(who()).toBe('aabbc');
  });

  it('are not waited for by who has left', async () => {
    const { ask, begun, who } = semaphore(1);
    const leaving = new AbortController();
    ask('a');
    ask('b', leaving.signal);
    ask('c');
    ask('d', AbortSignal.abort());
    leaving.abort();
    await settle();
    begun[0]?.end();
    await settle();
    expect(who()).toBe('ac');
  });

  it('come to everybody in the end, never more at once than there are, nor more than half of them to one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }),
        async (atOnce, askers) => {
          const { ask, begun } = semaphore(atOnce);
          for (const each of askers) ask(each);
          let ended = 0;
          for (await settle(); ended < begun.length; await settle()) {
            const open = begun.slice(ended);
            expect(open.length).toBeLessThanOrEqual(atOnce);
            for (const each of 'abc') {
              expect(open.filter(({ who }) => who === each).length).toBeLessThanOrEqual(Math.ceil(atOnce / 2));
            }
            begun[ended]?.end();
            ended += 1;
          }
          expect(begun).toHaveLength(askers.length);
        },
      ),
    );
  });
});

/** Sleeps until a test lets it wake, or its sleeper is stopped. */
function createAlarmClock() {
  const slept: number[] = [];
  let wake = (): void => undefined;
  const clock: Clock = {
    now: () => 0,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        slept.push(milliseconds);
        wake = resolve;
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const next = async (): Promise<void> => {
    wake();
    await nextTurn();
  };
  return { clock, slept, next };
}

describe('a periodic task', () => {
  it('runs at once and after each pause, also after a failure', async () => {
    const { clock, slept, next } = createAlarmClock();
    const errors: unknown[] = [];
    let runs = 0;
    const task = createPeriodicTask({
      clock,
      every: 10,
      run() {
        runs += 1;
        if (runs === 1) throw new Error('no');
      },
      onError: (error) => errors.push(error),
    });
    task.start();
    await nextTurn();
    expect([runs, errors.length]).toEqual([1, 1]);
    await next();
    await next();
    expect([runs, errors.length, slept]).toEqual([3, 1, [10, 10, 10]]);
    await task.stop();
    expect([runs, task.signal.aborted]).toEqual([3, true]);
  });

  it('waits before the first run where that is asked for, and does not run where it is stopped meanwhile', async () => {
    const { clock, slept } = createAlarmClock();
    let runs = 0;
    const run = (): void => {
      runs += 1;
    };
    const task = createPeriodicTask({ clock, every: 10, first: 3, run });
    task.start();
    await task.stop();
    expect([runs, slept[0]]).toEqual([0, 3]);
  });

  it('has ended its run when it is stopped', async () => {
    const { clock } = createAlarmClock();
    let ended = false;
    const task = createPeriodicTask({
      clock,
      every: 10,
      async run() {
        await nextTurn();
        ended = true;
      },
    });
    task.start();
    await task.stop();
    expect(ended).toBe(true);
  });
});

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
