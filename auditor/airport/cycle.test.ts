import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/example-reports.ts';
import type { UsableReading } from '../verdict/reading.ts';
import { advanceCycle, type Cycle } from './cycle.ts';
import type { MeterEvent } from './meter-state.ts';

const HOUR = 3_600_000;
const at = (hours: number, used: number): UsableReading => readingAt(hours * HOUR, used);
const after = (...readings: UsableReading[]): Cycle | undefined =>
  readings.reduce<Cycle | undefined>((cycle, reading) => advanceCycle(cycle, reading, []), undefined);

it('begins a cycle with the first reading, without claiming to have seen it begin', () => {
  expect(after(at(5, 100))).toEqual({ start: 5 * HOUR, seen: false, trail: [{ at: 5 * HOUR, used: 100 }] });
});

it('follows use at steps of two hours', () => {
  expect(after(at(0, 1), at(1, 2), at(2, 3), at(3, 4), at(4, 5))?.trail.map(({ used }) => used)).toEqual([1, 3, 5]);
});

describe('when use falls', () => {
  const readings = [28, 30, 31].map((hour) => ({ at: hour * HOUR, used: hour }));
  const fall: MeterEvent = { kind: 'cycle', from: 26 * HOUR, to: 28 * HOUR, small: true, renewed: false, readings };
  const before = after(at(0, 100), at(24, 200));
  const begun = advanceCycle(before, at(31, 31), [fall]);

  it('begins a cycle where it fell, and remembers the fall', () => {
    expect(begun).toMatchObject({
      start: 28 * HOUR,
      seen: true,
      trail: [{ at: 28 * HOUR }, { at: 30 * HOUR }],
      falls: [{ since: 0, from: 26 * HOUR, to: 28 * HOUR, small: true, renewed: false }],
    });
  });

  it('goes on with the cycle before where the fall proves to have been none', () => {
    const undone = advanceCycle(begun, at(40, 210), [{ kind: 'undone', cycle: true }]);
    expect(undone).toEqual({
      start: 0,
      seen: false,
      trail: [...(before?.trail ?? []), { at: 40 * HOUR, used: 210 }],
      falls: [],
    });
  });

  it('keeps the cycle through a credit', () => {
    const credited = advanceCycle(before, at(40, 150), [{ kind: 'credit', from: 0, to: 1, bytes: 50 }]);
    expect(credited).toMatchObject({ start: 0, trail: [{ used: 100 }, { used: 200 }, { used: 150 }] });
  });
});
