import { z } from 'zod';
import type { UsableReading } from '../verdict/reading.ts';
import { reason } from '../verdict/reason.ts';
import { printedPrecision } from './header.ts';

/** Units that panels round figures to, in bytes, coarsest first; finer ones do not matter to a bill. */
const UNITS = [2 ** 30, 1e9, 2 ** 30 / 10, 100 * 2 ** 20, 1e8, 2 ** 30 / 100, 10 * 2 ** 20, 1e7, 2 ** 20, 1e6];
/** So many different figures, all of them multiples of a unit: that is no chance. */
const FEWEST = 3;
const REMEMBERED = 6;
/** A multiple of 0.01 GB is no whole number of bytes. */
const CUT = 1;

export const roundingSchema = z.object({
  /** The most decimals that a line of this airport ever printed. */
  decimals: z.number(),
  /** The last different figures in headers, newest last, in bytes. */
  figures: z.array(z.number()).readonly(),
});

/** What is known of how an airport rounds. */
export type Rounding = z.infer<typeof roundingSchema>;

export const ROUNDING_UNKNOWN: Rounding = { decimals: 0, figures: [] };

/** What one more reading tells of how its airport rounds. */
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
