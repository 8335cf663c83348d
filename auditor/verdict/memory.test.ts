import { describe, expect, it } from 'vitest';
import { BEGAN, closedWindow, DAY, days, HOUR } from '../../test/windows.ts';
import { afterClose, afterObservation, type Memory, NO_MEMORY, type Observation } from './observations.ts';

const observation = (at: number): Observation => ({ at, billed: 0, expected: 0, whole: true, leak: false });
const observed = (memory: Memory, anchor: number, at: number): Memory =>
  afterObservation(memory, anchor, at, { observation: observation(at) });

describe('observations', () => {
  it('begin with the first reading of all, which no window ends', () => {
    expect(afterObservation(NO_MEMORY, BEGAN, BEGAN, {}).observations).toEqual([observation(BEGAN)]);
  });

  it('are kept of the open window and of two days before it', () => {
    let memory = afterObservation(NO_MEMORY, BEGAN, BEGAN, {});
    for (let hour = 2; hour <= 100; hour += 2) memory = observed(memory, BEGAN, BEGAN + hour * HOUR);
    expect(memory.observations).toHaveLength(51);
    const next = observed(memory, BEGAN + 100 * HOUR, BEGAN + 102 * HOUR);
    expect(next.observations[0]?.at).toBe(BEGAN + 52 * HOUR);
  });

  it('of the future are forgotten when the clock was set back', () => {
    const memory = observed(afterObservation(NO_MEMORY, BEGAN, BEGAN, {}), BEGAN, BEGAN + 5 * HOUR);
    expect(observed(memory, BEGAN, BEGAN + 3 * HOUR).observations.map(({ at }) => at)).toEqual([
      BEGAN,
      BEGAN + 3 * HOUR,
    ]);
  });

  it('are never more than some hundred, however long a window stays open', () => {
    let memory = NO_MEMORY;
    for (let index = 0; index < 500; index += 1) memory = observed(memory, BEGAN, BEGAN + index * HOUR);
    expect(memory.observations.length).toBeLessThanOrEqual(200);
    expect(memory.observations.at(-1)?.at).toBe(BEGAN + 499 * HOUR);
  });
});

describe('windows', () => {
  it('forget their nodes after ninety others, and are forgotten after some hundred', () => {
    let memory = NO_MEMORY;
    for (const record of days(410, (day) => closedWindow(day))) memory = afterClose(memory, { record });
    const { windows } = memory;
    expect(windows).toHaveLength(400);
    expect(windows[0]?.from).toBe(BEGAN + 10 * DAY);
    const kept = windows.filter(({ nodes }) => nodes.length > 0);
    expect(kept).toEqual(windows.slice(-90));
    // What they let expect is still known.
    expect(windows[0]?.named.likely).toBeGreaterThan(0);
  });

  it('leave no record where they were never judged', () => {
    const memory = afterClose(NO_MEMORY, { record: closedWindow(0) });
    expect(afterClose(memory, {})).toEqual(memory);
  });

  it('begin a new habit once what is billed has become less and stayed so', () => {
    let memory = NO_MEMORY;
    const dear = days(20, (day) => closedWindow(day, { used: 10 * 2 ** 30, billed: 12 * 2 ** 30 + day * 1000 }));
    for (const record of dear) memory = afterClose(memory, { record });
    expect(memory.windows.at(-1)?.regime).toBe(BEGAN);
    for (const day of days(8, (each) => 20 + each)) {
      const regime = memory.windows.at(-1)?.regime ?? 0;
      memory = afterClose(memory, { record: closedWindow(day, { regime }) });
    }
    expect(Math.abs((memory.windows.at(-1)?.regime ?? 0) - (BEGAN + 20 * DAY))).toBeLessThanOrEqual(DAY);
  });
});
