import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTextCursor } from './text-cursor.ts';

describe('a text cursor', () => {
  it('goes past what comes next, and stays where something else does', () => {
    const cursor = createTextCursor('{"名":12}');
    expect([cursor.skip('{"名":'), cursor.skip('13'), cursor.at]).toEqual([true, false, 5]);
    expect([cursor.count(), cursor.skip('}'), cursor.skip('}'), cursor.at]).toEqual([12, true, false, 8]);
  });

  it('reads any count that JSON.parse reads exactly from so many digits', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999_999_999 }), fc.constantFrom(',', '}', ''), (value, after) => {
        const cursor = createTextCursor(`${value}${after}`);
        expect(cursor.count()).toBe(value);
        expect(cursor.skip(after)).toBe(true);
      }),
    );
  });

  it.each(['', 'x', '-1', '01', '"1"', 'null', '1234567890123456', '９'])('reads no count of %j, and stays', (text) => {
    const cursor = createTextCursor(text);
    expect(cursor.count()).toBe(-1);
    expect(cursor.at).toBe(0);
  });
});
