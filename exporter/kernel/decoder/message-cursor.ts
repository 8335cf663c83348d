/** Reads the bytes of a message from their beginning, piece by piece. */
export interface MessageCursor {
  readonly message: Buffer;
  /** Where it stands. */
  readonly at: number;
  /** Goes on past `expected`, if that comes next. */
  skip(expected: Buffer): boolean;
  /** Goes on past what stands in `other` from `from` to before `to`, if the same comes next. */
  skipSame(other: Buffer, from: number, to: number): boolean;
  /** Goes on past a count as JSON writes it; -1, and stays, where none comes next, or one too long to be exact. */
  count(): number;
  /** Goes to this place. */
  moveTo(at: number): void;
}

const ZERO = 48;
const NINE = 57;
/** Every number of so many digits is a safe integer. */
const MOST_DIGITS = 15;

export function createMessageCursor(message: Buffer): MessageCursor {
  let at = 0;
  const skipSame = (other: Buffer, from: number, to: number): boolean => {
    const end = at + to - from;
    if (end > message.length || message.compare(other, from, to, at, end) !== 0) return false;
    at = end;
    return true;
  };
  return {
    message,
    get at() {
      return at;
    },
    skip: (expected) => skipSame(expected, 0, expected.length),
    skipSame,
    count() {
      let value = 0;
      let end = at;
      for (let code = message[end]; code !== undefined && code >= ZERO && code <= NINE; code = message[end]) {
        value = value * 10 + code - ZERO;
        end += 1;
      }
      const digits = end - at;
      const leadingZero = digits > 1 && message[at] === ZERO;
      if (digits === 0 || digits > MOST_DIGITS || leadingZero) return -1;
      at = end;
      return value;
    },
    moveTo(next) {
      at = next;
    },
  };
}
