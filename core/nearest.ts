/**
 * The names that somebody may have meant by one that does not exist, the likeliest first.
 *
 * @param most how many at most
 */
export function nearestNames(given: string, names: Iterable<string>, most: number): string[] {
  const wanted = folded(given);
  const ranked = [...new Set(names)].map((name) => ({ name, distance: distanceOf(wanted, folded(name)) }));
  ranked.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return ranked.slice(0, most).map(({ name }) => name);
}

/** Case, and how wide a letter is, are seldom what was meant. */
const folded = (name: string): string[] => [...name.normalize('NFKC').toLowerCase()];

/** Levenshtein's: letters to add, to take away or to change. */
function distanceOf(a: readonly string[], b: readonly string[]): number {
  let row = b.map((_, at) => at + 1);
  for (const [at, letter] of a.entries()) {
    let diagonal = at;
    let left = at + 1;
    row = row.map((above, column) => {
      left = Math.min(left + 1, above + 1, diagonal + (letter === b[column] ? 0 : 1));
      diagonal = above;
      return left;
    });
  }
  return row.at(-1) ?? a.length;
}
