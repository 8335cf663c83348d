import type { TrailPoint } from '../verdict/forecast.ts';
import type { UsableReading } from '../verdict/reading.ts';
import type { CycleFall } from './learned-reset.ts';
import type { MeterEvent } from './meter-step.ts';

/** Where a cycle began, and how use went on in it. */
interface Course {
  /** Epoch milliseconds: when use was first seen in this cycle. */
  readonly start: number;
  /** Whether the start was seen as a drop in use; else it is the first reading ever, and the cycle began earlier. */
  readonly seen: boolean;
  /** Readings of this cycle, oldest first, thinned out. */
  readonly trail: readonly TrailPoint[];
}

/** The billing cycle that an airport is in, as its accepted readings showed it. */
export interface Cycle extends Course {
  /** The last falls that ended cycles, oldest first; from them the reset is learned. */
  readonly falls?: readonly CycleFall[];
  /** The cycle before, which goes on if the last fall proves to have been none. */
  readonly ended?: Course;
}

const TRAIL_STEP = 2 * 3_600_000;
const TRAIL_LENGTH = 600;
/** Two weeks of daily resets, and some that were bought. */
const FALLS_KEPT = 16;

/**
 * The cycle after one more accepted reading.
 *
 * @param events what the meter saw at this reading
 */
export function advanceCycle(cycle: Cycle | undefined, reading: UsableReading, events: readonly MeterEvent[]): Cycle {
  const point: TrailPoint = { at: reading.at, used: reading.used };
  if (cycle === undefined) return { start: reading.at, seen: false, trail: [point] };
  let current = cycle;
  for (const event of events) {
    if (event.kind === 'cycle') current = nextCycle(current, event);
    if (event.kind === 'undone' && event.cycle) current = cycleBefore(current);
  }
  const last = current.trail.at(-1);
  if (last !== undefined && reading.at - last.at < TRAIL_STEP) return current;
  return { ...current, trail: [...current.trail, point].slice(-TRAIL_LENGTH) };
}

function nextCycle({ falls = [], ...ended }: Cycle, event: Extract<MeterEvent, { kind: 'cycle' }>): Cycle {
  const { from, to, small, renewed, readings } = event;
  return {
    start: to,
    seen: true,
    trail: readings.filter(({ at }, index) => index === 0 || at - (readings[index - 1]?.at ?? 0) >= TRAIL_STEP),
    falls: [...falls, { since: ended.start, from, to, small, renewed }].slice(-FALLS_KEPT),
    ended: courseOf(ended),
  };
}

function cycleBefore({ falls = [], ended, ...current }: Cycle): Cycle {
  return { ...(ended ?? current), falls: falls.slice(0, -1) };
}

const courseOf = ({ start, seen, trail }: Course): Course => ({ start, seen, trail });
