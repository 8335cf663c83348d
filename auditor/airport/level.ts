import type { UsableReading } from '../verdict/reading.ts';
import type { Meter, MeterEvent, Step } from './meter-state.ts';

const HOUR = 3_600_000;
const DAY_SECONDS = 24 * 3600;
/** What is left of the use after a reset; more is a credit, an old answer, or a plan that changed. */
const SMALL_PART = 0.1;

/** The highest figures of an airport since they last fell, in bytes: a rounded figure may sway. */
type Level = Pick<UsableReading, 'used' | 'upload' | 'download' | 'precision'>;

export const levelOf = ({ used, upload, download, precision }: Level): Level => ({ used, upload, download, precision });

/** The level after a reading that did not fall. */
export function raised(level: Level, reading: Level): Level {
  const higher = (before: number | null, after: number | null): number | null =>
    before === null || after === null ? after : Math.max(before, after);
  return {
    used: Math.max(level.used, reading.used),
    upload: higher(level.upload, reading.upload),
    download: higher(level.download, reading.download),
    precision: reading.used < level.used ? level.precision : reading.precision,
  };
}

/** Whether any figure of a reading is below a level by more than rounding: it is another answer, even if their sum grew. */
export function fell(level: Level, reading: Level): boolean {
  const slack = level.precision + reading.precision;
  const below = (before: number | null, after: number | null): boolean =>
    before !== null && after !== null && after < before - slack;
  return (
    below(level.used, reading.used) || below(level.upload, reading.upload) || below(level.download, reading.download)
  );
}

export function isSmallPart(level: Level, reading: Level): boolean {
  return reading.used <= level.used * SMALL_PART;
}

/** What changed of a plan between two readings: bytes more or fewer of quota, or the day to which it was renewed, in Unix seconds. */
export type PlanChange =
  | { readonly kind: 'added' | 'reduced'; readonly bytes: number }
  | { readonly kind: 'renewed'; readonly until: number };

/**
 * A jump of the total is an add-on, or another plan; a jump of the expiry is a renewal. What only one of the readings
 * knows has not changed.
 */
export function planChanges(
  before: Pick<UsableReading, 'quota' | 'expiry'>,
  after: Pick<UsableReading, 'quota' | 'expiry'>,
): PlanChange[] {
  const changes: PlanChange[] = [];
  if (before.quota !== null && after.quota !== null && before.quota !== after.quota) {
    const bytes = after.quota - before.quota;
    changes.push({ kind: bytes > 0 ? 'added' : 'reduced', bytes: Math.abs(bytes) });
  }
  // Some panels write the end of the running day: a day more is no renewal.
  if (before.expiry !== null && after.expiry !== null && after.expiry - before.expiry > DAY_SECONDS) {
    changes.push({ kind: 'renewed', until: after.expiry });
  }
  return changes;
}

/** Whether somebody paid for more: the plan ends later, or holds more. A part that drops out of an answer never looks so. */
export const isRenewal = (before: UsableReading, after: UsableReading): boolean =>
  planChanges(before, after).some(({ kind }) => kind !== 'reduced');

/** Whether quota or expiry differ, in whichever direction, so that somebody bought, or another plan answers. */
export const planMoved = (before: UsableReading, after: UsableReading): boolean =>
  planChanges(before, after).length + planChanges(after, before).length > 0;

/**
 * The readings that were set aside, with one more. Those that are higher than it, or from a clock that was set back, were
 * answers of another level; so were all where it jumps from them half of the way back to the level that stands.
 */
export function withAside(aside: readonly UsableReading[], reading: UsableReading, level: Level): UsableReading[] {
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
export const lastedWithReason = (aside: readonly UsableReading[]): boolean => lasted(aside, 3);

/** Nothing else confirms it: old answers are some hours old at most, so they would have caught up. */
export const lastedLong = (aside: readonly UsableReading[]): boolean => aside.length >= 3 && lasted(aside, 12);

/** A reset that nothing told: use is small and grows on, or stands for two days. */
export function lastedAsReset(aside: readonly UsableReading[]): boolean {
  const [first, last] = [aside[0], aside.at(-1)];
  if (first === undefined || last === undefined) return false;
  const grew = last.used > first.used + first.precision + last.precision;
  return lasted(aside, grew ? 12 : 48);
}

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

const LONG_AGO = 12 * 3_600_000;

/**
 * A new cycle. Where its reset was due, all of its use was billed since; else only growth between readings is sure, since
 * the answer may be of an account that was used before.
 */
export function newCycle(meter: Meter, aside: readonly UsableReading[], due: boolean): Step {
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
export function credit(meter: Meter, aside: readonly UsableReading[]): Step {
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
export function isContested({ waiting }: Meter, first: UsableReading): boolean {
  return waiting !== null && waiting < first.at;
}

/** Figures that make no sense for days: counting starts again, and what was billed meanwhile is not known. */
export function restarted(meter: Meter, reading: UsableReading): Step {
  const next = landed(meter, [reading], 0, { due: false, cycle: false, credited: 0 });
  return { meter: next, accepted: true, events: [{ kind: 'restarted', from: meter.last.at }] };
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
