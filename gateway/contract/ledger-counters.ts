/** The counters of a push that must not fall. Two lists, which cost a fraction of what a map costs to make and to keep. */
export interface LedgerCounters {
  /** No series twice; the same array for pushes of the same layout. */
  readonly series: readonly string[];
  /** Of each series. */
  readonly values: readonly number[];
}

export function ledgerCounters(counters: Iterable<readonly [string, number]>): LedgerCounters {
  const pairs = [...counters];
  return { series: pairs.map(([series]) => series), values: pairs.map(([, value]) => value) };
}

/** The values that other counters have of these series, in their order; `undefined` where they have none. */
export function valuesFor(
  series: readonly string[],
  { series: own, values }: LedgerCounters,
): readonly (number | undefined)[] {
  if (own === series) return values;
  const found = new Map(own.map((each, index) => [each, values[index]]));
  return series.map((each) => found.get(each));
}
