import { reason, type UsableReading } from '../verdict/reading.ts';
import { printedPrecision } from './header.ts';
import {
  begun,
  counted,
  credit,
  fell,
  isContested,
  isRenewal,
  isSmallPart,
  lastedAsReset,
  lastedLong,
  lastedWithReason,
  levelOf,
  newCycle,
  planMoved,
  raised,
  restarted,
  withAside,
} from './level.ts';
import type { Meter, Rounding, Step } from './meter-state.ts';

const HOUR = 3_600_000;
/** A reset that is due is near for some hours after it was seen, and is not due twice. */
const RESETS_APART = 20 * HOUR;
/** Over so long, use may reset and grow beyond what it was. */
const LONG_STEP = 20 * HOUR;
/** Where readings contradict each other for so long, none of them is more than a new beginning. */
const UNSTEADY_FOR = 24 * HOUR;
const LONGEST_WAIT = 72 * HOUR;

/** Whether a reset is set, learned or told that lies between the last accepted reading and this one. */
interface Expectation {
  readonly resetDue: boolean;
}

/**
 * The meter after one more reading. Growth is billed. A fall is a new cycle at once where little is left and a reset is due
 * or the plan was renewed; else it is set aside until it has stayed: then it is a cycle or a credit, and only what grew since is billed. A
 * level that comes back is counted on from where it was left, so that no jump between two answers is ever a bill.
 */
export function advance(meter: Meter | undefined, read: UsableReading, { resetDue }: Expectation): Step {
  const rounding = learnRounding(meter?.rounding ?? ROUNDING_UNKNOWN, read);
  const reading = withPrecision(read, rounding);
  if (meter === undefined) return { meter: begun(reading, rounding), accepted: true, events: [] };
  const known = { ...meter, rounding };
  const due = resetDue && !(meter.fall?.due === true && Math.abs(reading.at - meter.fall.at) < RESETS_APART);
  if (fell(meter.level, reading)) return fallen(known, reading, due);
  if (isReturn(known, reading)) return returned(known, reading);
  return increased(known, reading, due);
}

function increased(meter: Meter, reading: UsableReading, due: boolean): Step {
  const { level, aside, mark, owed } = meter;
  const growth = Math.max(0, reading.used - level.used);
  // Use that was reset and has already grown beyond what it was shows no fall that stays.
  const long = reading.at - meter.last.at >= LONG_STEP;
  const hidden = due && (long || growth >= level.used / 2 || aside.length > 0);
  const next = counted(meter, reading, growth, hidden || cameBackSlowly(meter, reading) ? 1 : 0);
  return {
    meter: {
      ...next,
      level: raised(level, reading),
      step: growth > 0 ? { level, total: mark.total - owed } : meter.step,
      fall: fallAfter(meter, reading),
    },
    accepted: true,
    events: aside.length > 0 ? [{ kind: 'old', readings: aside.length }] : [],
  };
}

/** The last fall as it may yet be undone: not when use has grown beyond it, and from where the other answer stood last. */
function fallAfter({ level, aside, mark, owed, fall }: Meter, reading: UsableReading): Meter['fall'] {
  const other = aside.at(-1);
  if (fall !== null && other !== undefined && !fell(level, other))
    return { ...fall, level: levelOf(other), total: mark.total - owed, floor: level.used };
  return fall !== null && reading.used > fall.level.used ? null : fall;
}

/** An old answer is followed by a jump back; what rises step by step may have been a new cycle that grew beyond the old one. */
function cameBackSlowly({ level, aside }: Meter, reading: UsableReading): boolean {
  const [first, last] = [aside[0], aside.at(-1)];
  if (first === undefined || last === undefined || !fell(level, last)) return false;
  return reading.used - last.used < (level.used - first.used) / 2;
}

function fallen(meter: Meter, reading: UsableReading, due: boolean): Step {
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
function returned(meter: Meter, reading: UsableReading): Step {
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

/** Whether answers of the last day differed: a jump may be that of another answer. */
export function isUnsteady({ asideAt, waiting }: Meter, at: number): boolean {
  return asideAt !== null && waiting === null && at - asideAt < UNSTEADY_FOR;
}

function setAside(meter: Meter, aside: readonly UsableReading[], code: 'reading_fell' | 'reading_old'): Step {
  const [first, reading] = [aside[0] ?? meter.last, aside.at(-1) ?? meter.last];
  const waiting = Math.min(meter.waiting ?? first.at, reading.at);
  if (reading.at - waiting >= LONGEST_WAIT) return restarted(meter, reading);
  return { meter: { ...meter, aside, waiting, asideAt: reading.at }, accepted: false, reason: reason(code) };
}

const COPIES_LAST = 12 * 3_600_000;

/**
 * Whether a reading jumps to about the level before the last fall, in one step that is a good part of that fall: old
 * answers and falls that were none come back so, and use hardly ever. After a reset that was due and use that went on from
 * there, only to about that very level: there is good reason to believe it.
 */
function isReturn({ level, fall }: Meter, reading: UsableReading): boolean {
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
    waiting: null,
    step: null,
    fall: null,
    owed: Math.max(0, mark.total - continued),
  };
}

/** Units that panels round figures to, in bytes, coarsest first; finer ones do not matter to a bill. */
const UNITS = [2 ** 30, 1e9, 2 ** 30 / 10, 100 * 2 ** 20, 1e8, 2 ** 30 / 100, 10 * 2 ** 20, 1e7, 2 ** 20, 1e6];
/** So many different figures, all of them multiples of a unit: that is no chance. */
const FEWEST = 3;
const REMEMBERED = 6;
/** A multiple of 0.01 GB is no whole number of bytes. */
const CUT = 1;

export const ROUNDING_UNKNOWN: Rounding = { decimals: 0, figures: [] };

/** What one more reading shows of how its airport rounds. */
export function learnRounding({ decimals, figures }: Rounding, reading: UsableReading): Rounding {
  if (reading.printed !== undefined) return { figures, decimals: Math.max(decimals, reading.printed.decimals) };
  const fresh = figuresOf(reading).filter((figure) => figure > 0);
  const others = figures.filter((figure) => !fresh.includes(figure));
  return { decimals, figures: [...others, ...new Set(fresh)].slice(-REMEMBERED) };
}

/**
 * A reading with the precision that its airport is known to have: of a line, the decimals of all its lines so far; of a
 * header, the unit of which all its figures are multiples. Figures that are cut rather than rounded are off by up to a
 * whole unit, but always downwards: between two readings that is the same.
 */
export function withPrecision(reading: UsableReading, { decimals, figures }: Rounding): UsableReading {
  if (reading.printed !== undefined)
    return { ...reading, precision: printedPrecision({ ...reading.printed, decimals }) };
  const unit = figures.length < FEWEST ? undefined : UNITS.find((each) => figures.every(isMultipleOf(each)));
  if (unit === undefined) return reading;
  const precision = Math.ceil((figuresOf(reading).length * unit) / 2);
  const said = reading.reasons.some(({ code }) => code === 'figures_rounded');
  return { ...reading, precision, reasons: said ? reading.reasons : [...reading.reasons, reason('figures_rounded')] };
}

function figuresOf({ upload, download, used }: UsableReading): readonly number[] {
  return upload === null || download === null ? [used] : [upload, download];
}

const isMultipleOf =
  (unit: number) =>
  (figure: number): boolean =>
    Math.abs(figure - Math.round(figure / unit) * unit) <= CUT;
