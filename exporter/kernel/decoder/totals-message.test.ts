import { describe, expect, it } from 'vitest';
import { decodeTotals } from './totals-message.ts';

describe('a /traffic message', () => {
  it('tells the totals of a kernel of June 2026', () => {
    expect(decodeTotals(Buffer.from('{"up":1016,"down":75000,"upTotal":50944,"downTotal":15075000}\n'))).toEqual({
      upload: 50_944,
      download: 15_075_000,
    });
  });

  it('tells none on an older kernel', () => {
    expect(decodeTotals(Buffer.from('{"up":1016,"down":75000}'))).toBeUndefined();
  });

  it.each([
    ['{"up":1016,"do', 'the message of 14 bytes is not whole JSON'],
    ['null', 'the message of 4 bytes is not whole JSON'],
    ['{"message":"Unauthorized"}', 'upTotal: expected a whole number of bytes'],
    ['{"up":0,"down":0,"upTotal":5}', 'downTotal: expected a whole number of bytes'],
    ['{"up":0,"down":0,"upTotal":-1,"downTotal":0}', 'upTotal: expected a whole number of bytes'],
    ['{"up":0,"down":0,"upTotal":1,"downTotal":9007199254740993}', 'downTotal: 9007199254740992 is beyond 2^53'],
  ])('is refused when it cannot be counted: %s', (text, reason) => {
    expect(() => decodeTotals(Buffer.from(text))).toThrow(reason);
  });
});
