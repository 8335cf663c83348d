/** A seeded source of chance: the same seed gives the same sequence on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** A whole number from low to high, both included. */
  whole(low: number, high: number): number;
  /** Waiting times between events that are independent of each other. */
  exponential(mean: number): number;
  /** @throws RangeError when there is nothing to pick from */
  pick<T>(items: readonly T[]): T;
  /** Picks with a chance proportional to `weight`. @throws RangeError when there is nothing to pick from */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T;
  /** A random UUID of version 4, as the kernel names its connections. */
  uuid(): string;
}

/** @param seed any text; different texts give unrelated sequences */
export function createRandom(seed: string): Random {
  const next = sfc32(seed);
  const random: Random = {
    next,
    between: (low, high) => low + next() * (high - low),
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    exponential: (mean) => -mean * Math.log(1 - next()),
    pick: (items) => at(items, Math.floor(next() * items.length)),
    weighted(items) {
      let rest = next() * items.reduce((sum, item) => sum + item.weight, 0);
      const index = items.findIndex((item) => {
        rest -= item.weight;
        return rest < 0;
      });
      return at(items, index === -1 ? items.length - 1 : index);
    },
    uuid() {
      const hex = (digits: number): string =>
        Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
    },
  };
  return random;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** The generator sfc32 (Chris Doty-Humphrey, PractRand), its state filled by FNV-1a hashes of the seed. */
function sfc32(seed: string): () => number {
  const hash = (basis: number): number => {
    let value = basis;
    for (const character of seed) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
    return value >>> 0;
  };
  let a = hash(0x811c9dc5);
  let b = hash(0x9e3779b9);
  let c = hash(0x243f6a88);
  let counter = 1;
  const step = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return (result >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 15; round += 1) step();
  return step;
}
