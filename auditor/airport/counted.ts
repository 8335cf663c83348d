import type { UsableReading } from '../verdict/reading.ts';
import { levelOf } from './fall.ts';
import type { Meter } from './meter-state.ts';

/** The meter at the first reading ever. */
export function begun(reading: UsableReading, rounding: Meter['rounding']): Meter {
  const { at, precision } = reading;
  return {
    mark: { at, total: 0, precision, gaps: 0, resets: 0, cycles: 0, credited: 0 },
    last: reading,
    level: levelOf(reading),
    aside: [],
    waiting: null,
    asideAt: null,
    step: null,
    fall: null,
    owed: 0,
    rounding,
  };
}

/** The meter with so many bytes more, from which those that are owed are taken first. */
export function counted(meter: Meter, reading: UsableReading, bytes: number, gaps: number): Meter {
  const { mark, owed } = meter;
  const paid = Math.min(owed, bytes);
  return {
    ...meter,
    mark: {
      ...mark,
      at: reading.at,
      total: mark.total + bytes - paid,
      precision: reading.precision,
      gaps: mark.gaps + gaps + (paid > 0 ? 1 : 0),
    },
    last: reading,
    aside: [],
    waiting: null,
    owed: owed - paid,
  };
}
