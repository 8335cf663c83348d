import { describe, expect, it } from 'vitest';
import { hoursOfDay, secondsBeforeMidnight, standardOffsetSeconds } from './days.ts';

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

describe('hours of the day', () => {
  const of = (zone: string): string => hoursOfDay('blocks', { zone, dayEnds: '23:55' });

  it('are full hours of UTC where those of the zone are', () => {
    expect(of('Asia/Shanghai')).not.toContain('offset');
    expect(of('America/New_York')).not.toContain('offset');
  });

  it('are looked at later where they end between those of UTC', () => {
    expect(of('Asia/Kolkata')).toContain('time() - 1 + 21600');
    expect(of('Asia/Kolkata')).toContain('blocks[3599s] offset -1800s');
    expect(of('Asia/Kolkata')).toMatch(/\[86399s:1h\] offset 1800s\)$/);
    expect(of('Asia/Kathmandu')).toContain('offset -900s');
  });
});
