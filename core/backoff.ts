/** The first and the longest pause between attempts, in milliseconds. */
interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/**
 * How long to pause after a number of failures in a row: doubled each time up to the longest, then drawn from the
 * upper half, so that many devices do not come back at the same instant.
 *
 * @param failures 1 or more
 * @param chance a number from 0 to 1, drawn again each time
 * @returns milliseconds
 */
export function backoffDelay({ first, longest }: Backoff, failures: number, chance: number): number {
  const ceiling = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return Math.round(ceiling * (0.5 + chance / 2));
}
