import type { BenchContext } from '../../bench.ts';

/** The parts of a list that a run wants: all, or those that `--only` names. */
export function wanted<T extends { readonly name: string }>({ only }: BenchContext, parts: readonly T[]): T[] {
  return parts.filter(
    ({ name }) => only.length === 0 || only.some((each) => name === each || name.startsWith(`${each}-`)),
  );
}

/** Says on the error output how far a long run is. */
export function progress({ quick }: BenchContext, name: string, text: string): void {
  if (!quick) console.error(`${name}: ${text}`);
}
