import { reason, type UsableReading } from '../verdict/reading.ts';
import { counted, fell, isUnsteady, levelOf, planChanges, raised } from './meter.ts';
import type { Level, Meter, MeterEvent, Step } from './meter-state.ts';

const HOUR = 3_600_000;
/** What is left of the use after a reset; more is a credit, an old answer, or a plan that changed. */
const SMALL_PART = 0.1;
/** Where readings contradict each other for so long, none of them is more than a new beginning. */
const LONGEST_WAIT = 72 * HOUR;

/** A reading below the level: a new cycle, a credit, what was before another answer's rise, or one that waits. */
export function fallen(meter: Meter, reading: UsableReading, due: boolean): Step {
  const { level, step } = meter;
  const aside = withAside(
    meter.aside.filter((each) => fell(level, each)),
    reading,
    level,
  );
  const first = aside[0] ?? reading;
  // Where answers differ, it is not sure yet which of them started again.
  const sure = isSmallPart(level, reading) && !isContested(meter, first) && !isUnsteady(meter, reading.at);
  if (sure && (due || isRenewal(meter.last, reading))) return newCycle(meter, aside, due);
  const small = isSmallPart(level, first);
  const renewed = planMoved(meter.last, reading);
  // The last rise was that of another answer, and this goes on from before it.
  if (step !== null && !small && !renewed && !fell(step.level, first) && lastedWithReason(aside))
    return { meter: resumed(meter, step, reading), accepted: true, events: [{ kind: 'undone', cycle: false }] };
  if (small && (lastedAsReset(aside) || (renewed && lastedWithReason(aside)))) return newCycle(meter, aside, false);
  const half = due && first.used <= level.used / 2;
  if (half && lastedWithReason(aside)) return newCycle(meter, aside, false);
  if (!small && (lastedLong(aside) || (renewed && lastedWithReason(aside)))) return credit(meter, aside);
  return setAside(meter, aside, 'reading_fell');
}

/** A rise to where use was before the last fall: an old answer, or a fall that was none. */
export function returned(meter: Meter, reading: UsableReading): Step {
  const { level, fall } = meter;
  const aside = withAside(
    meter.aside.filter((each) => !fell(level, each)),
    reading,
    level,
  );
  if (fall === null || !lastedWithReason(aside)) return setAside(meter, aside, 'reading_old');
  const next = resumed(meter, fall, reading);
  const { mark } = next;
  const cycles = mark.cycles - (fall.cycle ? 1 : 0);
  return {
    meter: { ...next, mark: { ...mark, cycles, credited: mark.credited - fall.credited } },
    accepted: true,
    events: [{ kind: 'undone', cycle: fall.cycle }],
  };
}

function setAside(meter: Meter, aside: readonly UsableReading[], code: 'reading_fell' | 'reading_old'): Step {
  const [first, reading] = [aside[0] ?? meter.last, aside.at(-1) ?? meter.last];
  const waiting = Math.min(meter.waiting ?? first.at, reading.at);
  if (reading.at - waiting >= LONGEST_WAIT) return restarted(meter, reading);
  const differ = aside.length <= meter.aside.length;
  const asideAt = differ ? reading.at : meter.asideAt;
  return { meter: { ...meter, aside, waiting, asideAt }, accepted: false, reason: reason(code) };
}

const COPIES_LAST = 12 * 3_600_000;

/**
 * Whether a reading jumps to about the level before the last fall, in one step that is a good part of that fall: old
 * answers and falls that were none come back so, and use hardly ever. After a reset that was due and use that went on from
 * there, only to about that very level: there is good reason to believe it.
 */
export function isReturn(fall: NonNullable<Meter['fall']>, level: Level, reading: UsableReading): boolean {
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
function resumed(meter: Meter, { level, total }: NonNullable<Meter['step']>, reading: UsableReading): Meter {
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
    asideAt: meter.aside.at(-1)?.at ?? meter.asideAt,
    waiting: null,
    step: null,
    fall: null,
    owed: Math.max(0, mark.total - continued),
  };
}

function isSmallPart(level: Level, reading: Level): boolean {
  return reading.used <= level.used * SMALL_PART;
}

/** Whether somebody paid for more: the plan ends later, or holds more. A part that drops out of an answer never looks so. */
const isRenewal = (before: UsableReading, after: UsableReading): boolean =>
  planChanges(before, after).some(({ kind }) => kind !== 'reduced');

/** Whether quota or expiry differ, in whichever direction, so that somebody bought, or another plan answers. */
const planMoved = (before: UsableReading, after: UsableReading): boolean =>
  planChanges(before, after).length + planChanges(after, before).length > 0;

/**
 * The readings that were set aside, with one more. Those that are higher than it, or from a clock that was set back, were
 * answers of another level; so were all where it jumps from them half of the way back to the level that stands.
 */
function withAside(aside: readonly UsableReading[], reading: UsableReading, level: Level): UsableReading[] {
  const lower = aside.filter((each) => !fell(each, reading) && each.at <= reading.at);
  const [first, last] = [lower[0], lower.at(-1)];
  if (first === undefined || last === undefined) return [reading];
  const jumped = fell(level, reading) && reading.used - last.used > (level.used - first.used) / 2;
  return jumped ? [reading] : [...lower, reading];
}

/** Whether readings that were set aside, which never fall, have been there so often and so long; once a night is rarer and longer. */
function lasted(aside: readonly UsableReading[], hours: number): boolean {
  const span = (aside.at(-1)?.at ?? 0) - (aside[0]?.at ?? 0);
  return (aside.length >= 3 && span >= hours * HOUR) || (aside.length >= 2 && span >= Math.max(20, hours) * HOUR);
}

/** Something else confirms the new level: a plan that changed, a reset that is due, a level that was there before. */
const lastedWithReason = (aside: readonly UsableReading[]): boolean => lasted(aside, 3);

/** Nothing else confirms it: old answers are some hours old at most, so they would have caught up. */
const lastedLong = (aside: readonly UsableReading[]): boolean => aside.length >= 3 && lasted(aside, 12);

/** A reset that nothing told: use is small and grows on, or stands for two days. */
function lastedAsReset(aside: readonly UsableReading[]): boolean {
  const [first, last] = [aside[0], aside.at(-1)];
  if (first === undefined || last === undefined) return false;
  const grew = last.used > first.used + first.precision + last.precision;
  return lasted(aside, grew ? 12 : 48);
}

const LONG_AGO = 12 * 3_600_000;

/**
 * A new cycle. Where its reset was due, all of its use was billed since; else only growth between readings is sure, since
 * the answer may be of an account that was used before.
 */
function newCycle(meter: Meter, aside: readonly UsableReading[], due: boolean): Step {
  const first = aside[0] ?? meter.last;
  const last = aside.at(-1) ?? first;
  const next = landed(meter, aside, due ? usedSinceReset(meter, last) : growthOn(meter, aside), {
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
function usedSinceReset(meter: Meter, reading: UsableReading): number {
  return reading.at - meter.last.at >= LONG_AGO ? reading.used : 0;
}

/** A fall to a level that stayed, and is no new cycle: the airport gave something back. */
function credit(meter: Meter, aside: readonly UsableReading[]): Step {
  const first = aside[0] ?? meter.last;
  const bytes = Math.max(0, meter.level.used - first.used);
  const next = landed(meter, aside, growthOn(meter, aside), {
    due: false,
    cycle: false,
    credited: bytes,
  });
  const events: MeterEvent[] = bytes > 0 ? [{ kind: 'credit', from: meter.last.at, to: first.at, bytes }] : [];
  return { meter: next, accepted: true, events };
}

/** What was surely billed on a new level while it waited: nothing where answers differed, which may be of two levels. */
function growthOn(meter: Meter, aside: readonly UsableReading[]): number {
  const [first, last] = [aside[0], aside.at(-1)];
  if (first === undefined || last === undefined || isContested(meter, first)) return 0;
  return last.used - first.used - first.precision;
}

/** Whether readings were set aside before these that did not fit to them. */
function isContested({ waiting }: Meter, first: UsableReading): boolean {
  return waiting !== null && waiting < first.at;
}

/** Figures that make no sense for days: counting starts again, and what was billed meanwhile is not known. */
function restarted(meter: Meter, reading: UsableReading): Step {
  const next = landed(meter, [reading], 0, { due: false, cycle: false, credited: 0 });
  return { meter: next, accepted: true, events: [{ kind: 'restarted', from: meter.last.at }] };
}

/** Links that answer in turns rarely agree for so long. */
const LATELY = 7 * 24 * HOUR;

/**
 * Whether it is beyond doubt that use began again: all answers since agreed, as those of the week before did, and most of
 * what they show grew while they did. Another account that answers for half a day has used some before.
 */
function isFresh(meter: Meter, first: UsableReading, last: UsableReading): boolean {
  const differedLately = meter.asideAt !== null && first.at - meter.asideAt < LATELY;
  const grewThere = last.used >= 2 * first.used && isSmallPart(meter.level, last);
  return !isContested(meter, first) && !differedLately && grewThere;
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
    asideAt: kind.cycle && isFresh(meter, first, reading) ? meter.asideAt : next.asideAt,
    step: null,
    fall: { level: meter.level, total: meter.mark.total - meter.owed, at: reading.at, floor: first.used, ...kind },
  };
}
