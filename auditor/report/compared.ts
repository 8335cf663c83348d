import type { AirportModel } from './model.ts';

/** What an airport, or a pool of them, was billed and should have been, as far as both are known. */
export interface Compared {
  readonly billed: { readonly low: number; readonly high: number | null };
  readonly expected: { readonly low: number; readonly likely: number; readonly high: number };
  /** Signed. */
  readonly difference: number;
}

/** @returns undefined where nothing was compared */
export function comparedOf({ verdict }: Pick<AirportModel, 'verdict'>): Compared | undefined {
  const { pool, bill, expected, difference } = verdict;
  if (pool !== undefined) {
    const { billed } = pool;
    return {
      billed: { low: billed, high: billed },
      expected: pool.expected,
      difference: billed - pool.expected.likely,
    };
  }
  if (bill === undefined || expected === undefined || difference === null) return undefined;
  return { billed: bill, expected, difference };
}

/** Whether the bill of the window is above all that is expected: a leak that shows in it alone. */
export function isOverbilled({ billed, expected, difference }: Compared): boolean {
  return billed.low > expected.high && difference > 0;
}
