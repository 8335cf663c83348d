import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMessageCursor } from './frame-decoder.ts';

const cursorOver = (text: string) => createMessageCursor(Buffer.from(text));

describe('a message cursor', () => {
  it('goes past what comes next, and stays where something else does', () => {
    const cursor = cursorOver('{"名":12}');
    const skip = (text: string) => cursor.skip(Buffer.from(text));
    expect([skip('{"名":'), skip('13'), cursor.at]).toEqual([true, false, 7]);
    expect([cursor.count(), skip('}'), skip('}'), cursor.at]).toEqual([12, true, false, 10]);
  });

  it('goes past what is in another message, unless it ends before', () => {
    const other = Buffer.from('--香港 01--');
    const skipFirst = (text: string) => {
      const cursor = cursorOver(text);
      return [cursor.skipSame(other, 2, other.length - 2), cursor.at];
    };
    expect(skipFirst('香港 01"')).toEqual([true, 9]);
    expect(skipFirst('香港 02"')).toEqual([false, 0]);
    expect(skipFirst('香港 0')).toEqual([false, 0]);
  });

  it('reads any count that JSON.parse reads exactly from so many digits', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999_999_999 }), fc.constantFrom(',', '}', ''), (value, after) => {
        const cursor = cursorOver(`${value}${after}`);
        expect(cursor.count()).toBe(value);
        expect(cursor.skip(Buffer.from(after))).toBe(true);
      }),
    );
  });

  it.each(['', 'x', '-1', '01', '"1"', 'null', '1234567890123456', '９'])('reads no count of %j, and stays', (text) => {
    const cursor = cursorOver(text);
    expect(cursor.count()).toBe(-1);
    expect(cursor.at).toBe(0);
  });
});
