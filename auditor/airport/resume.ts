import type { UsableReading } from '../verdict/reading.ts';
import { levelOf, raised } from './fall.ts';
import type { Meter } from './meter-state.ts';

const COPIES_LAST = 12 * 3_600_000;

/**
 * Whether a reading jumps to about the level before the last fall, in one step that is a good part of that fall: old
 * answers and falls that were none come back so, and use hardly ever. After a reset that was due and use that went on from
 * there, only to about that very level: there is good reason to believe it.
 */
export function isReturn({ level, fall }: Meter, reading: UsableReading): boolean {
  if (fall === null) return false;
  const depth = fall.level.used - fall.floor;
  // Copies are some hours old, and by then use may have grown again.
  const jump = depth / (reading.at - fall.at < COPIES_LAST ? 4 : 2);
  if (depth <= 0 || reading.used - level.used < jump) return false;
  if (reading.used < fall.level.used - depth / 5) return false;
  const grew = level.used > fall.floor;
  return !(fall.due && grew) || reading.used <= fall.level.used + depth / 2;
}

/**
 * The meter on an earlier level that has come back. The total never falls: what was counted meanwhile and is more than
 * that level has grown is owed.
 */
export function resumed(meter: Meter, { level, total }: NonNullable<Meter['step']>, reading: UsableReading): Meter {
  const { mark } = meter;
  const continued = total + Math.max(0, reading.used - level.used);
  return {
    ...meter,
    mark: {
      ...mark,
      at: reading.at,
      total: Math.max(mark.total, continued),
      precision: reading.precision,
      gaps: mark.gaps + 1,
    },
    last: reading,
    level: reading.used < level.used ? raised(level, reading) : levelOf(reading),
    aside: [],
    waiting: null,
    step: null,
    fall: null,
    owed: Math.max(0, mark.total - continued),
  };
}
