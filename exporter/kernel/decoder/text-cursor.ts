/** Reads a text from its beginning, piece by piece. */
export interface TextCursor {
  /** Where it stands. */
  readonly at: number;
  /** Goes on past `expected`, if that comes next. */
  skip(expected: string): boolean;
  /** Goes on past a count as JSON writes it; -1, and stays, where none comes next, or one too long to be exact. */
  count(): number;
  /** Goes to this place. */
  moveTo(at: number): void;
}

const ZERO = 48;
const NINE = 57;
/** Every number of so many digits is a safe integer. */
const MOST_DIGITS = 15;

export function createTextCursor(text: string): TextCursor {
  let at = 0;
  return {
    get at() {
      return at;
    },
    skip(expected) {
      const end = at + expected.length;
      // Equality of strings compares blocks of memory; startsWith, where one of them is wide, single characters.
      if (text.slice(at, end) !== expected) return false;
      at = end;
      return true;
    },
    count() {
      let value = 0;
      let end = at;
      for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(end)) {
        value = value * 10 + code - ZERO;
        end += 1;
      }
      const digits = end - at;
      const leadingZero = digits > 1 && text.charCodeAt(at) === ZERO;
      if (digits === 0 || digits > MOST_DIGITS || leadingZero) return -1;
      at = end;
      return value;
    },
    moveTo(next) {
      at = next;
    },
  };
}
