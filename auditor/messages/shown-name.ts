/** Longer than any name that tells something: an airport could fill a mail with one. */
const LONGEST = 80;
/** What begins a new line, and what turns the direction of the text around it. */
const UNRULY = /[\s\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * A name of somebody else's making (nodes, devices, hosts) as people get to see it: on one line, so that it cannot pass
 * for a line of the report, and not endless.
 */
export function shownName(name: string): string {
  const characters = [...onOneLine(name)];
  return characters.length <= LONGEST ? characters.join('') : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

/** A text of somebody else's making, on one line. */
export function onOneLine(text: string): string {
  return text.replace(UNRULY, ' ').trim();
}
