import type { UsableReading } from '../verdict/reading.ts';
import { counted } from './counted.ts';
import { isSmallPart, levelOf, planMoved } from './fall.ts';
import type { Meter, MeterEvent, Step } from './meter-state.ts';

const LONG_AGO = 12 * 3_600_000;

/**
 * A new cycle. Where its reset was due, all of its use was billed since; else only growth between readings is sure, since
 * the answer may be of an account that was used before.
 */
export function newCycle(meter: Meter, aside: readonly UsableReading[], due: boolean): Step {
  const first = aside[0] ?? meter.last;
  const last = aside.at(-1) ?? first;
  const next = landed(meter, aside, due ? usedAnew(meter, last) : grownOn(meter, aside), {
    due,
    cycle: true,
    credited: 0,
  });
  const event: MeterEvent = {
    kind: 'cycle',
    from: meter.last.at,
    to: first.at,
    small: isSmallPart(meter.level, first),
    renewed: planMoved(meter.last, first),
    readings: aside.map(({ at, used }) => ({ at, used })),
  };
  return { meter: next, accepted: true, events: [event] };
}

/** What was billed since a reset that was due. Panels may begin at a small figure, which soon after is most of what is seen. */
function usedAnew(meter: Meter, reading: UsableReading): number {
  return reading.at - meter.last.at >= LONG_AGO ? reading.used : 0;
}

/** A fall to a level that stayed, and is no new cycle: the airport gave something back. */
export function credit(meter: Meter, aside: readonly UsableReading[]): Step {
  const first = aside[0] ?? meter.last;
  const bytes = Math.max(0, meter.level.used - first.used);
  const next = landed(meter, aside, grownOn(meter, aside), {
    due: false,
    cycle: false,
    credited: bytes,
  });
  const events: MeterEvent[] = bytes > 0 ? [{ kind: 'credit', from: meter.last.at, to: first.at, bytes }] : [];
  return { meter: next, accepted: true, events };
}

/** What was surely billed on a new level while it waited: nothing where answers differed, which may be of two levels. */
function grownOn(meter: Meter, aside: readonly UsableReading[]): number {
  const [first, last] = [aside[0], aside.at(-1)];
  if (first === undefined || last === undefined || isContested(meter, first)) return 0;
  return last.used - first.used - first.precision;
}

/** Whether readings were set aside before these that did not fit to them. */
export function isContested({ waiting }: Meter, first: UsableReading): boolean {
  return waiting !== null && waiting < first.at;
}

/** Figures that make no sense for days: counting begins anew, and what was billed meanwhile is not known. */
export function anew(meter: Meter, reading: UsableReading): Step {
  const next = landed(meter, [reading], 0, { due: false, cycle: false, credited: 0 });
  return { meter: next, accepted: true, events: [{ kind: 'anew', from: meter.last.at }] };
}

/** The meter on the level to which use fell, with the bytes that were surely billed on it. */
function landed(
  meter: Meter,
  aside: readonly UsableReading[],
  bytes: number,
  kind: { readonly due: boolean; readonly cycle: boolean; readonly credited: number },
): Meter {
  const first = aside[0] ?? meter.last;
  const reading = aside.at(-1) ?? first;
  const next = counted(meter, reading, Math.max(0, bytes - meter.level.precision), 1);
  const { mark } = next;
  return {
    ...next,
    mark: {
      ...mark,
      resets: mark.resets + (kind.due ? 1 : 0),
      cycles: mark.cycles + (kind.cycle ? 1 : 0),
      credited: mark.credited + kind.credited,
    },
    level: levelOf(reading),
    step: null,
    fall: { level: meter.level, total: meter.mark.total - meter.owed, at: reading.at, floor: first.used, ...kind },
  };
}
