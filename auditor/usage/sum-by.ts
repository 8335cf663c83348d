import type { CounterSum } from './exact-sums.ts';

/** Bytes added up by some labels: the values of those labels in the given order, and the sum. */
export interface Group<L extends string> {
  readonly labels: Readonly<Record<L, string>>;
  readonly bytes: number;
}

/** Adds sums of counters up by labels; a label that a series does not carry is empty. Groups of 0 bytes are left out. */
export function sumBy<L extends string>(sums: readonly CounterSum[], names: readonly L[]): Group<L>[] {
  const groups = new Map<string, { labels: Record<L, string>; bytes: number }>();
  for (const { labels, bytes } of sums) {
    const values = names.map((name) => labels[name] ?? '');
    const key = JSON.stringify(values);
    const group = groups.get(key);
    if (group !== undefined) {
      group.bytes += bytes;
    } else {
      const entries = names.map((name, index) => [name, values[index] ?? ''] as const);
      groups.set(key, { labels: Object.fromEntries(entries) as Record<L, string>, bytes });
    }
  }
  return [...groups.values()].filter(({ bytes }) => bytes > 0);
}
