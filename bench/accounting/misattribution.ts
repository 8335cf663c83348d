/** Bytes by class, node or another key. */
export type BytesBy = ReadonlyMap<string, number>;

/**
 * The share of all bytes that are under a wrong key: ½ Σ |counted − truth| / Σ truth. A byte that is not counted at
 * all weighs half of one that is counted elsewhere, which flatters methods that lose bytes.
 */
export function misattribution(counted: BytesBy, truth: BytesBy): number {
  let difference = 0;
  for (const key of new Set([...counted.keys(), ...truth.keys()])) {
    difference += Math.abs((counted.get(key) ?? 0) - (truth.get(key) ?? 0));
  }
  return difference / 2 / sumOf(truth);
}

/** Counted over true bytes; above 1 when bytes were made up. */
export function countedShare(counted: BytesBy, truth: BytesBy): number {
  return sumOf(counted) / sumOf(truth);
}

export function sumOf(bytes: BytesBy): number {
  let sum = 0;
  for (const each of bytes.values()) sum += each;
  return sum;
}

/** Sums items by key. */
export function bytesBy<T>(items: Iterable<T>, keyOf: (item: T) => string, bytesOf: (item: T) => number): BytesBy {
  const sums = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    sums.set(key, (sums.get(key) ?? 0) + bytesOf(item));
  }
  return sums;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}
