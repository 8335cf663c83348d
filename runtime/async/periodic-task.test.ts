import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { createPeriodicTask } from './periodic-task.ts';

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
    await setImmediate();
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
    await setImmediate();
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
        await setImmediate();
        ended = true;
      },
    });
    task.start();
    await task.stop();
    expect(ended).toBe(true);
  });
});
