import type { Used } from './habit.ts';
import type { Span } from './span.ts';
import { sum } from './sum.ts';

const GIB = 2 ** 30;
/** The noise of a day as a share of its use, and how many windows this belief is worth. */
export const NOISE = 0.006;
export const NOISE_WORTH = 4;
/**
 * How noise goes with use: with the use of the day, where idle days are off by a share of usual ones too; or much the same
 * every day, where somebody is not watched. Whichever the windows show.
 */
export const SHAPES = [
  { ofDay: 1, ofUsual: 0.5 },
  { ofDay: 0.5, ofUsual: 2 },
] as const;
/** Student's distribution with so few degrees of freedom lets odd windows weigh little. */
export const HEAVY_TAILS = 4;

/** The noise of a window by its use and days, in GiB squared, up to a factor. */
export type Shape = (named: number, days: number) => number;

export function shapeOf({ ofDay, ofUsual }: (typeof SHAPES)[number], usual: number): Shape {
  return (named, days) => ((ofDay * named) / GIB) ** 2 / Math.max(1, days) + days * (ofUsual * usual) ** 2;
}

/**
 * The noise of windows, squared, by the shape that makes their residuals likeliest, and the degrees of freedom that it is
 * known from. The oddest window does not count: one night is no habit.
 *
 * @param explained figures that the windows were fitted with
 */
export function likeliestNoise(
  rows: readonly { readonly span: Span }[],
  residuals: readonly number[],
  explained: number,
  usual: number,
  doubt: (span: Used) => number,
): { noise: number; freedom: number; shape: Shape; likelihood: number } {
  const fits = SHAPES.map((each) => {
    const shape = shapeOf(each, usual);
    const shapes = rows.map(({ span }) => Math.max(shape(span.named.likely, span.days), 1e-9));
    const squares = residuals.map((value, index) => value ** 2 / (shapes[index] ?? 1)).sort((a, b) => a - b);
    const kept = squares.slice(0, squares.length < 5 ? squares.length : -1);
    const freedom = NOISE_WORTH + Math.max(0, kept.length - explained);
    const noise = (NOISE_WORTH * NOISE ** 2 + sum(kept, (value) => value)) / freedom;
    const likelihood = -sum(rows, ({ span }, index) => {
      const variance = noise * (shapes[index] ?? 1) + doubt(span);
      return (
        Math.log(variance) + (HEAVY_TAILS + 1) * Math.log(1 + (residuals[index] ?? 0) ** 2 / variance / HEAVY_TAILS)
      );
    });
    return { noise, freedom, shape, likelihood };
  });
  const [first, ...others] = fits;
  if (first === undefined) throw new RangeError('no shape of noise');
  return others.reduce((best, each) => (each.likelihood > best.likelihood ? each : best), first);
}

/** The highest scores of windows in a row, of which the oddest is brought down to the next. */
export function highestOf(residuals: readonly number[]): (windows: number) => number {
  const sorted = [...residuals].sort((a, b) => b - a);
  const most = sorted[1] ?? 0;
  const sums = [0];
  for (const each of residuals) sums.push((sums.at(-1) ?? 0) + Math.min(each, most));
  const known = new Map<number, number>();
  return (windows) => {
    const before = known.get(windows);
    if (before !== undefined) return before;
    let highest = 0;
    for (let end = windows; end < sums.length; end += 1) {
      highest = Math.max(highest, ((sums[end] ?? 0) - (sums[end - windows] ?? 0)) / Math.sqrt(windows));
    }
    known.set(windows, highest);
    return highest;
  };
}
