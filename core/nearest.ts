/**
 * The names that somebody may have meant by one that does not exist, the likeliest first.
 *
 * @param most how many at most
 */
export function nearestNames(given: string, names: Iterable<string>, most: number): string[] {
  return ranked(given, names)
    .slice(0, most)
    .map(({ name }) => name);
}

/** The name that is written almost like this; undefined where none is near. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  const [first] = ranked(given, names);
  return first !== undefined && first.distance <= Math.max(2, given.length / 3) ? first.name : undefined;
}

function ranked(given: string, names: Iterable<string>): { readonly name: string; readonly distance: number }[] {
  const wanted = folded(given);
  return [...new Set(names)]
    .map((name) => ({ name, distance: editDistance(wanted, folded(name)) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
}

/** Case, and how wide a letter is, are rarely what was meant. */
const folded = (name: string): string[] => [...name.normalize('NFKC').toLowerCase()];

/** Levenshtein's: letters to add, to take away or to change. */
function editDistance(a: readonly string[], b: readonly string[]): number {
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
