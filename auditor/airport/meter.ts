import { reason, type UsableReading } from '../verdict/reading.ts';
import type { Level, Meter, Rounding, Step } from './meter-state.ts';
import { printedPrecision } from './subscription.ts';

const HOUR = 3_600_000;
const DAY_SECONDS = 24 * 3600;
/** Over so long, use may reset and grow beyond what it was. */
const LONG_STEP = 20 * HOUR;
/** So long after answers differed, a jump may be that of another. */
const UNSTEADY_FOR = 24 * HOUR;

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
  const { mark, owed, aside, asideAt } = meter;
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
    asideAt: aside.at(-1)?.at ?? asideAt,
    waiting: null,
    owed: owed - paid,
  };
}

/** The meter after a reading that did not fall: growth is billed. */
export function grown(meter: Meter, reading: UsableReading, due: boolean): Step {
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

/** Whether answers of the last day differed: a jump may be that of another answer. */
export function isUnsteady({ asideAt, waiting }: Meter, at: number): boolean {
  return asideAt !== null && waiting === null && at - asideAt < UNSTEADY_FOR;
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
  const fresh = figuresIn(reading).filter((figure) => figure > 0);
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
  const precision = Math.ceil((figuresIn(reading).length * unit) / 2);
  const said = reading.reasons.some(({ code }) => code === 'figures_rounded');
  return { ...reading, precision, reasons: said ? reading.reasons : [...reading.reasons, reason('figures_rounded')] };
}

function figuresIn({ upload, download, used }: UsableReading): readonly number[] {
  return upload === null || download === null ? [used] : [upload, download];
}

const isMultipleOf =
  (unit: number) =>
  (figure: number): boolean =>
    Math.abs(figure - Math.round(figure / unit) * unit) <= CUT;
