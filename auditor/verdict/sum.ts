/** Adds up a figure of each. */
export function sum<T>(all: readonly T[], of: (each: T, index: number) => number): number {
  return all.reduce((total, each, index) => total + of(each, index), 0);
}
