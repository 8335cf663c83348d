import type { BenchContext } from '../../bench.ts';

interface Part {
  readonly name: string;
}

/**
 * The parts of a list that a run wants: those that `--only` names, or all.
 *
 * @param partial whether these run only where they are named
 */
export function wanted<T extends Part>(
  { only }: Pick<BenchContext, 'only'>,
  parts: readonly T[],
  partial = false,
): T[] {
  return parts.filter(({ name }) => (only.length === 0 ? !partial : only.includes(name)));
}

/** @throws Error when `--only` names what is no part */
export function checkParts({ only }: Pick<BenchContext, 'only'>, parts: readonly Part[]): void {
  const names = parts.map(({ name }) => name);
  const unknown = only.find((each) => !names.includes(each));
  if (unknown !== undefined) throw new Error(`no part is called ${unknown}; there are ${names.join(', ')}`);
}

/** Says on the error output how far a long run is. */
export function progress({ quick }: Pick<BenchContext, 'quick'>, name: string, text: string): void {
  if (!quick) console.error(`${name}: ${text}`);
}
