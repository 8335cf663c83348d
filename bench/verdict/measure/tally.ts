/** Counts that add up over households, by what they count. */
export type Tally<Key extends string> = Readonly<Record<Key, number>>;

export function addTallies<Key extends string>(a: Tally<Key>, b: Tally<Key>): Tally<Key> {
  const sums = { ...a } as Record<Key, number>;
  for (const key of Object.keys(b) as Key[]) sums[key] = (sums[key] ?? 0) + b[key];
  return sums;
}

export function sumTallies<Key extends string>(all: readonly Tally<Key>[], none: Tally<Key>): Tally<Key> {
  return all.reduce(addTallies, none);
}
