import { readFile } from 'node:fs/promises';

const ESCAPE = /\\[pP]\{\w+\}/g;

/**
 * For an engine that does not know `\p{…}` and `\P{…}` and takes them for a p: has esbuild write out the characters of
 * each such property.
 *
 * @type {import('esbuild').Plugin}
 */
export const writtenOutProperties = {
  name: 'written-out-properties',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return text.search(ESCAPE) >= 0 ? { contents: writtenOut(text), loader: 'ts' } : undefined;
    });
  },
};

/** A regular expression on one line: a class in it may hold slashes. */
const LITERAL = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//g;
const CLASS_OR_ESCAPE = /\[(?:\\.|[^\]\\])*\]|\\[pP]\{\w+\}|\\./g;

/**
 * @param {string} text of a source
 * @throws {Error} where a property stands in no literal that is found, as behind a division on its line
 */
export function writtenOut(text) {
  const written = text.replaceAll(LITERAL, (literal) =>
    literal.replaceAll(CLASS_OR_ESCAPE, (part) => {
      if (part.startsWith('[')) return part.replaceAll(ESCAPE, rangesOf);
      return /^\\[pP]/.test(part) ? `[${rangesOf(part)}]` : part;
    }),
  );
  const left = ESCAPE.exec(written)?.[0];
  ESCAPE.lastIndex = 0;
  if (left !== undefined)
    throw new Error(`${left} cannot be written out: put its regular expression on a line of its own`);
  return written;
}

const known = new Map();

/**
 * The characters of a property as ranges for a class of a regular expression with the flag `u`.
 *
 * @param {string} property such as `\p{Mn}`
 * @returns {string}
 */
function rangesOf(property) {
  const found = known.get(property);
  if (found !== undefined) return found;
  const pattern = new RegExp(`^${property}$`, 'u');
  const written = (code) => `\\u{${code.toString(16)}}`;
  let ranges = '';
  let first = -1;
  for (let code = 0; code <= 0x110000; code += 1) {
    const has = code < 0x110000 && pattern.test(String.fromCodePoint(code));
    if (has && first < 0) first = code;
    if (!has && first >= 0) {
      ranges += first === code - 1 ? written(first) : `${written(first)}-${written(code - 1)}`;
      first = -1;
    }
  }
  known.set(property, ranges);
  return ranges;
}
