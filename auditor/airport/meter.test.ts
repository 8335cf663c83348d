import { describe, expect, it } from 'vitest';
import { readingOutcome, type UsableReading } from '../verdict/reading.ts';
import { learnRounding, planChanges, ROUNDING_UNKNOWN, withPrecision } from './meter.ts';
import { parseUserinfo } from './subscription.ts';

const GB = 2 ** 30;
const END = Date.parse('2026-12-01T00:00:00Z') / 1000;

it.each([
  ['an add-on', { quota: 150 * GB, expiry: END }, [{ kind: 'added', bytes: 50 * GB }]],
  ['an add-on that ended', { quota: 80 * GB, expiry: END }, [{ kind: 'reduced', bytes: 20 * GB }]],
  ['a renewal', { quota: 100 * GB, expiry: END + 30 * 86_400 }, [{ kind: 'renewed', until: END + 30 * 86_400 }]],
  [
    'another plan',
    { quota: 200 * GB, expiry: END + 365 * 86_400 },
    [
      { kind: 'added', bytes: 100 * GB },
      { kind: 'renewed', until: END + 365 * 86_400 },
    ],
  ],
  ['nothing', { quota: 100 * GB, expiry: END }, []],
  ['an expiry that moves with the day', { quota: 100 * GB, expiry: END + 86_400 }, []],
  ['what is not told any more', { quota: null, expiry: null }, []],
])('%s is told by what changed', (_, after, expected) => {
  expect(planChanges({ quota: 100 * GB, expiry: END }, after)).toEqual(expected);
});

const MB = 2 ** 20;

/** How precise the last of these headers or lines is known to be, in bytes. */
function precisionAfter(...texts: string[]): number {
  const readings = texts.map((text, at): UsableReading => {
    const outcome = readingOutcome({ at, ...parseUserinfo(text) });
    if (!outcome.known) throw new Error(`not usable: ${text}`);
    return outcome.reading;
  });
  const rounding = readings.reduce(learnRounding, ROUNDING_UNKNOWN);
  const last = readings.at(-1);
  return last === undefined ? 0 : withPrecision(last, rounding).precision;
}
const line = (up: string, down: string): string => `STATUS=🚀↑:${up},↓:${down},TOT:100GB💡Expires:N/A`;
const header = (up: number, down: number): string =>
  `upload=${Math.round(up)}; download=${Math.round(down)}; total=107374182400; expire=1790000000`;

describe('a line for people', () => {
  it('counts as rounded to its unit until one printed decimals, then as precise as those', () => {
    expect(precisionAfter(line('1GB', '12GB'))).toBe(GB);
    expect(precisionAfter(line('1GB', '11.98GB'), line('1GB', '12GB'))).toBe(2 * Math.ceil(GB / 200));
    expect(precisionAfter(line('1GB', '11.9GB'), line('512MB', '12GB'))).toBe(Math.ceil(GB / 20) + Math.ceil(MB / 20));
  });
});

describe('a header', () => {
  it.each([
    ['0.01 GiB', GB / 100],
    ['10 MB', 1e7],
    ['1 MiB', MB],
    ['1 GiB', GB],
    ['1 GB', 1e9],
  ])('is known to be rounded to %s from three figures', (_, unit) => {
    const texts = [header(3 * unit, 77 * unit), header(3 * unit, 78 * unit)];
    expect(precisionAfter(...texts.slice(0, 1))).toBe(0);
    expect(precisionAfter(...texts)).toBe(Math.ceil(unit));
  });

  it('of whole bytes is exact, and so is one that ceased to be rounded', () => {
    expect(precisionAfter(header(12_345_678, 987_654_321), header(12_345_999, 987_654_399))).toBe(0);
    expect(precisionAfter(header(MB, 2 * MB), header(3 * MB, 4 * MB), header(3 * MB, 4 * MB + 77))).toBe(0);
  });

  it('of one direction alone is off by that one', () => {
    expect(precisionAfter(header(0, GB), header(0, 3 * GB), header(0, 4 * GB))).toBe(GB);
  });
});
