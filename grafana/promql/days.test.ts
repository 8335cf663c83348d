import { describe, expect, it } from 'vitest';
import { secondsBeforeMidnight, standardOffsetSeconds } from './days.ts';

describe('a day of account', () => {
  it.each([
    ['23:55', 300],
    ['00:00', 0],
    ['08:00', 16 * 3600],
  ])('that ends at %s ends %i s before midnight', (dayEnds, seconds) => {
    expect(secondsBeforeMidnight({ zone: 'Asia/Shanghai', dayEnds })).toBe(seconds);
  });

  it('is read by standard time where clocks change', () => {
    expect(standardOffsetSeconds({ zone: 'Asia/Shanghai', dayEnds: '23:55' })).toBe(8 * 3600);
    expect(standardOffsetSeconds({ zone: 'America/New_York', dayEnds: '23:55' })).toBe(-5 * 3600);
  });
});
